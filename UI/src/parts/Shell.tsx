import { useEffect, useState } from "react";
import type { Link } from "../gateway/link";
import { ChatPage } from "../pages/ChatPage";
import { ConfigPage } from "../pages/ConfigPage";
import { SessionsPage } from "../pages/SessionsPage";
import { StatusPage } from "../pages/StatusPage";
import { ApprovalCards } from "./ApprovalCards";
import { useHello, useStore, useText } from "./context";
import { notice } from "./notices";
import { useRouter } from "./RouterContext";
import { Sidebar } from "./Sidebar";
import { canonicalKey } from "../gateway/sessionKey";

/** Sidebar, page, and what must be said across all pages. */
export function Shell({ link }: { link: Link }) {
  const words = useText();
  const [menuOpen, setMenuOpen] = useState(false);
  const openMenu = () => setMenuOpen(true);
  const closeMenu = () => setMenuOpen(false);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => event.key === "Escape" && setMenuOpen(false);
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
  return (
    <div className="shell">
      <a className="skip-link" href="#content">
        {words.skipToContent}
      </a>
      <Sidebar isOpen={menuOpen} onClose={closeMenu} />
      {menuOpen && <div className="backdrop" onClick={closeMenu} />}
      <main className="page" id="content" tabIndex={-1}>
        {link.state === "interrupted" && (
          <p className={link.restarting ? "banner calm" : "banner"} role="status">
            <span className="spinner" aria-hidden="true" />
            {link.restarting ? words.restarting : words.interrupted}
          </p>
        )}
        <ApprovalCards />
        <CurrentPage onOpenMenu={openMenu} />
      </main>
      <Notice />
    </div>
  );
}

function CurrentPage({ onOpenMenu }: { onOpenMenu: () => void }) {
  const hello = useHello();
  const route = useStore(useRouter().route);
  const has = (method: string) => hello.methods.has(method);
  if (route.page === "sessions" && has("sessions.list")) return <SessionsPage onOpenMenu={onOpenMenu} />;
  if (route.page === "status" && has("health")) return <StatusPage onOpenMenu={onOpenMenu} />;
  if (route.page === "config" && has("config.get")) return <ConfigPage onOpenMenu={onOpenMenu} />;
  const sessionKey = canonicalKey(route.session, hello);
  return <ChatPage key={sessionKey} sessionKey={sessionKey} onOpenMenu={onOpenMenu} />;
}

function Notice() {
  const text = useStore(notice);
  return (
    <div className="notice-area" role="alert">
      {text !== undefined && <p className="notice">{text}</p>}
    </div>
  );
}
