import type { MouseEvent, ReactNode } from "react";
import { pathOf, type Route } from "./route";
import { useRouter } from "./RouterContext";

interface PageLinkProps {
  to: Route;
  className?: string;
  isCurrent?: boolean;
  title?: string;
  children: ReactNode;
  onFollow?: () => void;
}

/** A real link, so that it opens in new tabs too; a plain click stays inside the page. */
export function PageLink({ to, className, isCurrent = false, title, children, onFollow }: PageLinkProps) {
  const router = useRouter();
  const follow = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    router.go(to);
    onFollow?.();
  };
  return (
    <a href={pathOf(to, router.basePath)} className={className} title={title} aria-current={isCurrent ? "page" : undefined} onClick={follow}>
      {children}
    </a>
  );
}
