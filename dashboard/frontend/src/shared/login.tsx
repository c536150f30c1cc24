// Logging in: the same small form for the console and the handheld.

import { signal } from "@preact/signals";
import { focusOnce } from "./focus";
import type { Name } from "./i18n";
import { HttpError, get, newKey, post } from "./http";

export interface Me {
  user: string;
  role: "operator" | "staff" | "technician" | "admin";
  unit_id: string | null;
  name: Name;
  language: "zh" | "en";
}

/** null: not known yet; false: nobody is logged in. */
export const me = signal<Me | false | null>(null);

export async function askWho(query: string): Promise<void> {
  try {
    me.value = await get<Me>(`/api/me${query}`);
  } catch (error) {
    if (error instanceof HttpError && error.status < 500) me.value = false;
    else throw error;
  }
}

export async function logOut(query: string): Promise<void> {
  await post(`/api/logout${query}`, {}, newKey()).catch(() => undefined);
  location.reload();
}

export interface LoginTexts {
  title: string;
  user: string;
  password: string;
  enter: string;
  failure: (code: string) => string;
}

const busy = signal(false);
const failure = signal("");

async function send(form: HTMLFormElement, query: string, done: () => void): Promise<void> {
  const data = new FormData(form);
  busy.value = true;
  failure.value = "";
  try {
    const answer = await post<Me>(`/api/login${query}`, { user: data.get("user"), password: data.get("password") }, newKey());
    me.value = answer;
    done();
  } catch (error) {
    failure.value = error instanceof HttpError ? error.code : "no_connection";
  }
  busy.value = false;
}

export function LoginForm({ texts, query, done }: { texts: LoginTexts; query: string; done: () => void }) {
  return (
    <form
      class="login-form"
      onSubmit={(event) => {
        event.preventDefault();
        void send(event.currentTarget, query, done);
      }}
    >
      <h1>{texts.title}</h1>
      <label>
        {texts.user}
        <input name="user" autocomplete="username" autocapitalize="none" required ref={focusOnce} />
      </label>
      <label>
        {texts.password}
        <input name="password" type="password" autocomplete="current-password" required />
      </label>
      <button class="primary" type="submit" disabled={busy.value}>
        {texts.enter}
      </button>
      <p class="failure" role="alert">
        {failure.value && texts.failure(failure.value)}
      </p>
    </form>
  );
}
