import { useCallback, useEffect, useState } from "react";
import { configIssues, troubleOf, type ConfigIssue, type Trouble } from "../gateway/failure";
import { recordOf, textOf } from "../gateway/read";
import { useGateway } from "./context";

/** The file as the gateway has it. */
interface ConfigFile {
  readonly raw: string;
  readonly hash: string | undefined;
  readonly path: string;
  readonly exists: boolean;
}

export type SaveResult =
  | { readonly kind: "none" }
  | { readonly kind: "saving" }
  | { readonly kind: "saved" }
  | { readonly kind: "invalid"; readonly issues: readonly ConfigIssue[] }
  | { readonly kind: "refused"; readonly reason: Trouble }
  | { readonly kind: "conflict"; readonly theirs: ConfigFile };

/** The config file being edited: read, changed, and written back only if nobody else changed it meanwhile. */
export function useConfig() {
  const { request } = useGateway();
  const [file, setFile] = useState<ConfigFile>();
  const [text, setText] = useState("");
  const [failure, setFailure] = useState<Trouble>();
  const [result, setResult] = useState<SaveResult>({ kind: "none" });

  const read = useCallback(async () => fileOf(await request("config.get", {})), [request]);
  const take = useCallback((fresh: ConfigFile) => {
    setFile(fresh);
    setText(fresh.raw);
    setFailure(undefined);
  }, []);
  const load = useCallback(async () => {
    try {
      take(await read());
    } catch (error) {
      setFailure(troubleOf(error));
    }
  }, [read, take]);
  useEffect(() => void load(), [load]);

  const save = async (base = file) => {
    if (!base || result.kind === "saving") return;
    setResult({ kind: "saving" });
    try {
      await request("config.set", { raw: text, ...(base.hash !== undefined && { baseHash: base.hash }) });
      take(await read());
      setResult({ kind: "saved" });
    } catch (error) {
      setResult(await whyNot(error, base, read));
    }
  };
  const edit = (value: string) => {
    setText(value);
    if (result.kind === "saved") setResult({ kind: "none" });
  };
  const revert = () => {
    setText(file?.raw ?? "");
    setResult({ kind: "none" });
  };
  const takeTheirs = (theirs: ConfigFile) => {
    take(theirs);
    setResult({ kind: "none" });
  };
  const keepMine = (theirs: ConfigFile) => {
    setFile(theirs);
    void save(theirs);
  };
  const isChanged = file !== undefined && text !== file.raw;
  return { file, text, failure, result, isChanged, load, save, edit, revert, takeTheirs, keepMine };
}

/** A refused write without a list of issues may mean that the file moved on; the hash tells, not the wording. */
async function whyNot(error: unknown, base: ConfigFile, read: () => Promise<ConfigFile>): Promise<SaveResult> {
  const issues = configIssues(error);
  if (issues.length > 0) return { kind: "invalid", issues };
  const theirs = await read().catch(() => undefined);
  if (theirs && theirs.hash !== base.hash) return { kind: "conflict", theirs };
  return { kind: "refused", reason: troubleOf(error) };
}

function fileOf(payload: unknown): ConfigFile {
  const snapshot = recordOf(payload);
  return {
    raw: typeof snapshot.raw === "string" ? snapshot.raw : "",
    hash: textOf(snapshot.hash),
    path: textOf(snapshot.path) ?? "",
    exists: snapshot.exists !== false,
  };
}
