// What the pages at a desk have in common: log-in, theme, language, and waiting for a server that is not there yet.

import { effect } from "@preact/signals";
import { render, type ComponentType } from "preact";
import { lang, setLang, translator } from "./i18n";
import { Icon } from "./icon";
import { LoginForm, askWho, logOut } from "./login";
import { setTheme, theme } from "./theme";

const zh = {
  user: "用户名",
  password: "密码",
  enter: "登录",
  wrong_password: "用户名或密码不对",
  too_many_requests: "尝试太多次，请稍后再试",
  forbidden: "这个账号不能使用此页面",
  no_connection: "连不上服务器，请稍后再试",
  failed: "登录没有成功，请再试一次",
  theme: "切换明暗",
  language: "Switch to English",
  logout: "退出登录",
};

const en: Record<keyof typeof zh, string> = {
  user: "User name",
  password: "Password",
  enter: "Log in",
  wrong_password: "User name or password is wrong",
  too_many_requests: "Too many attempts, please wait a little",
  forbidden: "This account may not use this page",
  no_connection: "The server does not answer, please try again",
  failed: "That did not work, please try again",
  theme: "Dark or light",
  language: "切换到中文",
  logout: "Log out",
};

const t = translator(zh, en);
const RETRY_MS = 2_000;

export const ThemeButton = () => (
  <button class="plain" onClick={() => setTheme(theme.value === "dark" ? "light" : "dark")} title={t("theme")} aria-label={t("theme")}>
    <Icon name={theme.value === "dark" ? "sun" : "moon"} size={18} />
  </button>
);

export const LanguageButton = () => (
  <button class="plain lang" onClick={() => setLang(lang.value === "zh" ? "en" : "zh")} title={t("language")} lang={lang.value === "zh" ? "en" : "zh-CN"}>
    {lang.value === "zh" ? "EN" : "中文"}
  </button>
);

/** `name`: shown beside the sign, where there is room. */
export const LogOutButton = ({ name = "" }: { name?: string }) => (
  <button class="plain user" onClick={() => void logOut("")} title={t("logout")} aria-label={name ? undefined : t("logout")}>
    {name && <span>{name}</span>}
    <Icon name="out" size={17} />
  </button>
);

export function LogIn({ title, done }: { title: string; done: () => void }) {
  const failure = (code: string): string => t(code in zh ? (code as keyof typeof zh) : "failed");
  const texts = { title, user: t("user"), password: t("password"), enter: t("enter"), failure };
  return (
    <div class="login">
      <LoginForm texts={texts} query="" done={done} />
      <LanguageButton />
    </div>
  );
}

/** Shows the page and begins as soon as the server says who is logged in; until then it waits and asks again. */
export async function openPage(Page: ComponentType, title: () => string, begin: () => Promise<void>): Promise<void> {
  setTheme(theme.value);
  setLang(lang.value);
  effect(() => {
    document.title = title();
  });
  render(<Page />, document.getElementById("app") as HTMLElement);
  for (;;) {
    try {
      await askWho("");
      return await begin();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}
