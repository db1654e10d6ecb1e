import { useRef } from "react";
import { lineOfIssue, type ConfigFile } from "../gateway/configFile";
import type { ConfigIssue } from "../gateway/failure";
import { ConfigEditor, goToLine } from "../parts/ConfigEditor";
import { ConfigResult } from "../parts/ConfigResult";
import { ConfigTrouble } from "../parts/ConfigTrouble";
import { useHello, useText } from "../parts/context";
import { explained } from "../parts/explained";
import { PageHead } from "../parts/PageHead";
import { Problem } from "../parts/Problem";
import { Prose } from "../parts/Prose";
import { Skeleton } from "../parts/Skeleton";
import { useConfig } from "../parts/useConfig";

/** The config file as text, comments and all. */
export function ConfigPage({ onOpenMenu }: { onOpenMenu: () => void }) {
  const words = useText();
  const { methods } = useHello();
  const config = useConfig();
  const { file, failure } = config;
  const canSave = methods.has("config.apply");
  const isShown = file?.raw !== undefined;
  const isSaving = config.result.kind === "saving";
  return (
    <>
      <PageHead title={words.configPage} detail={config.isChanged ? words.configUnsaved : file?.path} onOpenMenu={onOpenMenu}>
        {isShown && config.isChanged && (
          <button type="button" className="button" onClick={config.undo}>
            {words.configRevert}
          </button>
        )}
        {isShown && canSave && (
          <button type="button" className="button primary" disabled={!config.isChanged || !config.isOnline || isSaving} onClick={() => void config.save()}>
            {words.save}
          </button>
        )}
      </PageHead>
      <div className="page-body config-body">
        {failure !== undefined && <Problem title={words.configFailed} reason={explained(failure, words)} onRetry={config.refresh} />}
        {!file && failure === undefined && <Skeleton label={words.configLoading} lines={10} />}
        {file && !isShown && <Unreadable file={file} hasChanges={config.isChanged} onReadAgain={config.refresh} />}
        {file && isShown && <Editing file={file} config={config} canSave={canSave} />}
      </div>
    </>
  );
}

/** A text that does not parse is not shown, for its secrets could not be hidden; what is wrong with it is. */
function Unreadable({ file, hasChanges, onReadAgain }: { file: ConfigFile; hasChanges: boolean; onReadAgain: () => void }) {
  const words = useText();
  return (
    <ConfigTrouble file={file}>
      <p>
        <Prose text={words.configMend} />
      </p>
      {hasChanges && <p>{words.configKept}</p>}
      <div className="outcome-buttons">
        <button type="button" className="button" onClick={onReadAgain}>
          {words.configReadAgain}
        </button>
      </div>
    </ConfigTrouble>
  );
}

function Editing({ file, config, canSave }: { file: ConfigFile; config: ReturnType<typeof useConfig>; canSave: boolean }) {
  const words = useText();
  const field = useRef<HTMLTextAreaElement>(null);
  const lines = {
    lineOf: (issue: ConfigIssue) => lineOfIssue(file, config.text, issue),
    onGoTo: (line: number) => goToLine(field.current, line),
  };
  return (
    <>
      {config.result.kind !== "invalid" && <ConfigTrouble file={file} {...lines} />}
      <ConfigResult result={config.result} {...lines} onTakeTheirs={config.undo} onKeepMine={() => void config.keepText()} />
      <ConfigEditor field={field} text={config.text} readOnly={!canSave} onEdit={config.type} onSave={() => void config.save()} />
      <p className="hint">
        <Prose text={file.exists ? words.configRedacted : words.configMissing} />
      </p>
    </>
  );
}
