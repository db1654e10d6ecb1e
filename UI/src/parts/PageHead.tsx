import { useEffect, type ReactNode } from "react";
import { useGateway, useStore, useText } from "./context";
import { Icon } from "./Icon";

interface PageHeadProps {
  title: string;
  detail?: string;
  onOpenMenu: () => void;
  children?: ReactNode;
}

/** The top of every page: menu on narrow screens, title, and the page's own actions. */
export function PageHead({ title, detail, onOpenMenu, children }: PageHeadProps) {
  const words = useText();
  const online = useStore(useGateway().connection.link).state === "online";
  useEffect(() => {
    document.title = `${title} · ${words.appName}`;
  }, [title, words]);
  return (
    <header className="page-head">
      <button type="button" className="icon-button only-narrow" aria-label={words.openMenu} onClick={onOpenMenu}>
        <Icon name="menu" />
      </button>
      <h1>{title}</h1>
      <span className="page-detail">
        <span
          className={online ? "link-dot online" : "link-dot"}
          role="img"
          aria-label={online ? words.connected : words.notConnected}
          title={online ? words.connected : words.notConnected}
        />
        {detail}
      </span>
      <div className="page-actions">{children}</div>
    </header>
  );
}
