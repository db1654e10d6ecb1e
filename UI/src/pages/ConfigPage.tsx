import { useEffect, useRef } from "react";
import { lineOfPath } from "../gateway/locate";
import { ConfigEditor, goToLine } from "../parts/ConfigEditor";
import { ConfigResult } from "../parts/ConfigResult";
import { useHello, useText } from "../parts/context";
import { explained } from "../parts/explained";
import { PageHead } from "../parts/PageHead";
import { Problem } from "../parts/Problem";
import { Prose } from "../parts/Prose";
import { useRouter } from "../parts/RouterContext";
import { Skeleton } from "../parts/Skeleton";
import { useConfig } from "../parts/useConfig";

/** The config file as text, comments and all. */
export function ConfigPage({ onOpenMenu }: { onOpenMenu: () => void }) {
  const words = useText();
  const { methods } = useHello();
  const config = useConfig();
  const field = useRef<HTMLTextAreaElement>(null);
  useLeavingQuestion(config.isChanged, words.configLeave);
  const canSave = methods.has("config.set");
  const isSaving = config.result.kind === "saving";
  return (
    <>
      <PageHead title={words.configPage} detail={config.isChanged ? words.configUnsaved : config.file?.path} onOpenMenu={onOpenMenu}>
        {config.isChanged && (
          <button type="button" className="button" onClick={config.revert}>
            {words.configRevert}
          </button>
        )}
        {canSave && (
          <button type="button" className="button primary" disabled={!config.isChanged || isSaving} onClick={() => void config.save()}>
            {words.save}
          </button>
        )}
      </PageHead>
      <div className="page-body config-body">
        {config.failure !== undefined && <Problem title={words.configFailed} reason={explained(config.failure, words)} onRetry={() => void config.load()} />}
        {!config.file && config.failure === undefined && <Skeleton label={words.configLoading} lines={10} />}
        <ConfigResult
          result={config.result}
          lineOf={(issue) => issue.line ?? lineOfPath(config.text, issue.path)}
          onGoTo={(line) => goToLine(field.current, line)}
          onTakeTheirs={config.takeTheirs}
          onKeepMine={config.keepMine}
        />
        {config.file && (
          <>
            <ConfigEditor field={field} text={config.text} readOnly={!canSave} onEdit={config.edit} onSave={() => void config.save()} />
            <p className="hint">
              <Prose text={config.file.exists ? words.configRedacted : words.configMissing} />
            </p>
          </>
        )}
      </div>
    </>
  );
}

/** Asks before unsaved work is lost, be it to another page or to a closed tab. */
function useLeavingQuestion(isChanged: boolean, question: string): void {
  const router = useRouter();
  useEffect(() => {
    if (!isChanged) return undefined;
    const beforeUnload = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", beforeUnload);
    router.mayLeave = () => window.confirm(question);
    return () => {
      window.removeEventListener("beforeunload", beforeUnload);
      router.mayLeave = () => true;
    };
  }, [isChanged, question, router]);
}
