import { useCallback, useState } from "react";
import {
  afterAnswer,
  afterFailure,
  afterReading,
  afterTyping,
  afterUndo,
  isChanged,
  keepingText,
  unread,
  whileSaving,
} from "../gateway/configEdit";
import { configFileOf } from "../gateway/configFile";
import { useGateway, useStore } from "./context";
import { usePolled } from "./usePolled";

/** The file may be changed elsewhere too: by a person in an editor, or by the assistant. */
const lookMs = 2_000;

/** The config file being edited: kept in step with the disk, and written back only if nobody else changed it meanwhile. */
export function useConfig() {
  const { request, connection } = useGateway();
  const isOnline = useStore(connection.link).state === "online";
  const [edit, setEdit] = useState(unread);

  const read = useCallback(async () => configFileOf(await request("config.get", {})), [request]);
  const look = useCallback(async () => {
    const file = await read();
    setEdit((before) => afterReading(before, file));
  }, [read]);
  const { failure, refresh } = usePolled(look, lookMs);

  const save = async (from = edit) => {
    const { base, text: sent } = from;
    if (!base || !isOnline || from.result.kind === "saving") return;
    setEdit(whileSaving(from));
    try {
      const answer = await request("config.apply", { raw: sent, ...(base.hash !== undefined && { baseHash: base.hash }) });
      setEdit((before) => afterAnswer(before, sent, answer));
      refresh();
    } catch (error) {
      // A refusal may mean that the file moved on; its hash tells, not the wording. Without a connection it is read later.
      const file = await read().catch(() => undefined);
      setEdit((before) => {
        const failed = afterFailure(before, sent, error);
        return file ? afterReading(failed, file) : failed;
      });
    }
  };
  return {
    ...edit,
    isChanged: isChanged(edit),
    isOnline,
    // The top of every page says it when there is no connection.
    failure: failure?.code === "NO_CONNECTION" ? undefined : failure,
    refresh,
    save: () => save(),
    type: (text: string) => setEdit((before) => afterTyping(before, text)),
    undo: () => setEdit(afterUndo),
    keepText: () => save(keepingText(edit)),
  };
}
