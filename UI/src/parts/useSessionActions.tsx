import { useState, type ReactNode } from "react";
import { troubleOf } from "../gateway/failure";
import { useGateway, useHello, useStore, useText } from "./context";
import { explained } from "./explained";
import { Dialog } from "./Dialog";
import type { MenuItem } from "./Menu";
import { useRouter } from "./RouterContext";
import { canonicalKey } from "../gateway/sessionKey";
import { showNotice } from "./notices";

export interface NamedSession {
  readonly key: string;
  readonly title: string;
  readonly label: string | undefined;
}

type Question = { readonly kind: "rename" | "reset" | "delete"; readonly session: NamedSession };

/** Rename, start over and delete, with their questions: the menu items and the dialog to render. */
export function useSessionActions(): { itemsFor: (session: NamedSession) => MenuItem[]; dialog: ReactNode } {
  const words = useText();
  const hello = useHello();
  const [question, ask] = useState<Question>();
  const itemsFor = (session: NamedSession): MenuItem[] => {
    const items: (MenuItem & { needs: string })[] = [
      { needs: "sessions.patch", label: words.rename, onChoose: () => ask({ kind: "rename", session }) },
      { needs: "sessions.reset", label: words.reset, onChoose: () => ask({ kind: "reset", session }) },
    ];
    if (session.key !== hello.mainSessionKey) {
      items.push({
        needs: "sessions.delete",
        label: words.delete,
        dangerous: true,
        onChoose: () => ask({ kind: "delete", session }),
      });
    }
    return items.filter(({ needs }) => hello.methods.has(needs));
  };
  const dialog = question && <SessionDialog question={question} onClose={() => ask(undefined)} />;
  return { itemsFor, dialog };
}

function SessionDialog({ question: { kind, session }, onClose }: { question: Question; onClose: () => void }) {
  const words = useText();
  const [name, setName] = useState(session.label ?? session.title);
  const act = useAction(session);
  switch (kind) {
    case "rename":
      return (
        <Dialog title={words.renameTitle} hint={words.renameHint} action={words.save} onConfirm={() => act.rename(name)} onClose={onClose}>
          <label className="field">
            <span>{words.renameLabel}</span>
            <input autoFocus maxLength={64} value={name} onChange={(event) => setName(event.target.value)} />
          </label>
        </Dialog>
      );
    case "reset":
      return (
        <Dialog title={words.resetTitle(session.title)} hint={words.resetHint} action={words.reset} dangerous onConfirm={act.reset} onClose={onClose} />
      );
    case "delete":
      return (
        <Dialog title={words.deleteTitle(session.title)} hint={words.deleteHint} action={words.delete} dangerous onConfirm={act.delete} onClose={onClose} />
      );
  }
}

function useAction({ key }: NamedSession) {
  const gateway = useGateway();
  const hello = useHello();
  const router = useRouter();
  const words = useText();
  const route = useStore(router.route);
  const report = (work: Promise<void>) => void work.catch((error: unknown) => showNotice(explained(troubleOf(error), words)));
  return {
    rename: (name: string) => report(gateway.sessions.rename(key, name)),
    reset: () => report(gateway.sessions.reset(key).then(() => gateway.chats.forget(key))),
    delete: () =>
      report(
        gateway.sessions.delete(key).then(() => {
          const isShown = route.page === "chat" && canonicalKey(route.session, hello) === key;
          if (isShown) router.go({ page: "chat", session: "" });
          gateway.chats.forget(key);
        }),
      ),
  };
}
