import { useEffect, useRef, useState } from "react";
import type { Link } from "../gateway/link";
import { ChatPage } from "../pages/ChatPage";
import { ConfigPage } from "../pages/ConfigPage";
import { SessionsPage } from "../pages/SessionsPage";
import { StatusPage } from "../pages/StatusPage";
import { ApprovalCards } from "./ApprovalCards";
import { useHello, useStore, useText } from "./context";
import { Lightbox } from "./Lightbox";
import { notice } from "./notices";
import { useRouter } from "./RouterContext";
import { Sidebar } from "./Sidebar";
import { canonicalKey } from "../gateway/sessionKey";

/** Sidebar, page, and what must be said across all pages. */
export function Shell({ link }: { link: Link }) {
  const words = useText();
  const [menuOpen, setMenuOpen] = useState(false);
  const opener = useRef<Element | null>(null);
  const openMenu = () => {
    opener.current = document.activeElement;
    setMenuOpen(true);
  };
  const closeMenu = () => setMenuOpen(false);
  const page = useRef<HTMLElement>(null);
  useEffect(() => {
    if (!menuOpen) return undefined;
    const covered = page.current;
    // React 18.1 does not know this attribute. What the drawer covers is out of reach until it closes.
    covered?.setAttribute("inert", "");
    const onKey = (event: KeyboardEvent) => event.key === "Escape" && setMenuOpen(false);
    window.addEventListener("keydown", onKey);
    return () => {
      window.removeEventListener("keydown", onKey);
      covered?.removeAttribute("inert");
      if (opener.current instanceof HTMLElement) opener.current.focus();
    };
  }, [menuOpen]);
  useEffect(keepDroppedFilesOut, []);
  return (
    <div className="shell">
      <a className="skip-link" href="#content">
        {words.skipToContent}
      </a>
      <Sidebar isOpen={menuOpen} onClose={closeMenu} />
      {menuOpen && <div className="backdrop" onClick={closeMenu} />}
      <main className="page" id="content" ref={page} tabIndex={-1}>
        {link.state === "interrupted" && (
          <p className={link.restarting ? "banner calm" : "banner"} role="status">
            <span className="spinner" aria-hidden="true" />
            {link.restarting ? words.restarting : words.interrupted}
          </p>
        )}
        <ApprovalCards />
        <CurrentPage onOpenMenu={openMenu} />
      </main>
      <Lightbox />
      <Notice />
    </div>
  );
}

/** A file dropped beside the conversation would make the browser leave the page for it. */
function keepDroppedFilesOut(): () => void {
  const refuse = (event: DragEvent) => {
    if (event.defaultPrevented || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "none";
  };
  window.addEventListener("dragover", refuse);
  window.addEventListener("drop", refuse);
  return () => {
    window.removeEventListener("dragover", refuse);
    window.removeEventListener("drop", refuse);
  };
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
