"""The office's draft of the rules on the disk, beside the technician's: each publishes only its own part."""

import asyncio
import shutil
from pathlib import Path
from typing import Final

from contracts.sitecheck import check_references
from contracts.sitemap import Site
from dashboard.rules import RulesDraft, RulesEdit, RulesShown, rules_of, with_rules
from dashboard.workshop import Checked, DraftMoved, Outcome
from runtime.publishing import DraftFile, Publishing

FILE: Final = "rules.json"


class RulesDesk:
    """``dashboard.rules.RulesDesk`` over a folder. One task at a time."""

    def __init__(self, publishing: Publishing) -> None:
        self._publishing = publishing
        self._folder = publishing.versions.root / "rules"
        self._kept = DraftFile(self._folder / FILE, RulesDraft)
        self._turn = asyncio.Lock()

    async def shown(self) -> RulesShown:
        async with self._turn:
            return await asyncio.to_thread(self._shown)

    async def save(self, edit: RulesEdit, by: str) -> RulesShown:
        async with self._turn:
            return await asyncio.to_thread(self._save, edit, by)

    async def discard(self, version: int) -> None:
        async with self._turn:
            self._same(version)
            self._forget()

    async def check(self) -> Checked:
        async with self._turn:
            site = await asyncio.to_thread(lambda: self._site(self._draft()))
            folder = await asyncio.to_thread(self._laid_out, site)
            return await self._publishing.check(site, folder)

    async def publish(self, version: int, note: str, by: str) -> Outcome:
        async with self._turn:
            site = await asyncio.to_thread(lambda: self._site(self._same(version)))
            folder = await asyncio.to_thread(self._laid_out, site)
            outcome = await self._publishing.publish(folder, note, by)
            if outcome.revision:
                await asyncio.to_thread(self._forget)
            return outcome

    def _draft(self) -> RulesDraft:
        """As kept, or one that changes nothing."""
        base = self._publishing.base
        return self._kept.read() or RulesDraft(base.revision, 0, "", 0, rules_of(base))

    def _same(self, version: int) -> RulesDraft:
        draft = self._draft()
        if draft.version != version:
            raise DraftMoved
        return draft

    def _site(self, draft: RulesDraft) -> Site:
        return with_rules(self._publishing.base, draft.rules)

    def _laid_out(self, site: Site) -> Path:
        return self._publishing.lay_out(site, self._folder)

    def _shown(self) -> RulesShown:
        draft = self._draft()
        return RulesShown(draft, tuple(sorted(check_references(self._site(draft)))))

    def _save(self, edit: RulesEdit, by: str) -> RulesShown:
        draft = self._same(edit.version)
        self._kept.keep(RulesDraft(draft.base, draft.version + 1, by, self._publishing.now(), edit.rules))
        return self._shown()

    def _forget(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
