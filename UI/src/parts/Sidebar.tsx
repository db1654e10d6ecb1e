import { useEffect, useRef, useState } from "react";
import { freshKey } from "../gateway/sessionKey";
import { useHello, useStore, useText } from "./context";
import { Icon, Mark, type IconName } from "./Icon";
import { PageLink } from "./PageLink";
import { Preferences } from "./Preferences";
import type { PageName } from "./route";
import { useRouter } from "./RouterContext";
import { SessionNav } from "./SessionNav";

/** The left edge: chats above, the other pages and the preferences below. */
export function Sidebar({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const words = useText();
  const hello = useHello();
  const router = useRouter();
  const closer = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (isOpen) closer.current?.focus();
  }, [isOpen]);
  const startChat = () => {
    router.go({ page: "chat", session: freshKey(hello) });
    onClose();
  };
  return (
    <aside className={isOpen ? "sidebar open" : "sidebar"}>
      <div className="sidebar-head">
        <PageLink to={{ page: "chat", session: "" }} className="brand" onFollow={onClose}>
          <Mark />
          {words.appName}
        </PageLink>
        <button type="button" ref={closer} className="icon-button only-narrow" aria-label={words.closeMenu} onClick={onClose}>
          <Icon name="close" />
        </button>
      </div>
      <button type="button" className="new-chat" onClick={startChat}>
        <Icon name="plus" size={18} />
        {words.newChat}
      </button>
      <SessionNav onFollow={onClose} />
      <PageNav onFollow={onClose} />
    </aside>
  );
}

const pages: readonly { page: PageName; icon: IconName; needs: string }[] = [
  { page: "sessions", icon: "list", needs: "sessions.list" },
  { page: "status", icon: "pulse", needs: "health" },
  { page: "config", icon: "sliders", needs: "config.get" },
];

/** Pages whose method the gateway does not have do not exist. */
function PageNav({ onFollow }: { onFollow: () => void }) {
  const words = useText();
  const { methods } = useHello();
  const { page: current } = useStore(useRouter().route);
  const [preferencesOpen, setPreferencesOpen] = useState(false);
  const names: Record<PageName, string> = {
    chat: words.chatPage,
    sessions: words.sessionsPage,
    status: words.statusPage,
    config: words.configPage,
  };
  return (
    <nav className="page-nav" aria-label={words.navigation}>
      {pages
        .filter(({ needs }) => methods.has(needs))
        .map(({ page, icon }) => (
          <PageLink key={page} to={{ page, session: "" }} className="nav-item" isCurrent={page === current} onFollow={onFollow}>
            <Icon name={icon} size={18} />
            {names[page]}
          </PageLink>
        ))}
      <button type="button" className="nav-item" aria-expanded={preferencesOpen} onClick={() => setPreferencesOpen(!preferencesOpen)}>
        <Icon name="gear" size={18} />
        {words.preferences}
      </button>
      {preferencesOpen && <Preferences />}
    </nav>
  );
}
