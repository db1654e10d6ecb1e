import { useCallback, useEffect } from "react";
import {
  afterAnswer,
  afterEmpty,
  afterFailure,
  afterReading,
  afterTyping,
  afterUndo,
  isChanged,
  keepingText,
  unread,
  whileSaving,
} from "../gateway/configEdit";
import { configFileOf, withLineEnds } from "../gateway/configFile";
import { language, stringsOf } from "../text/language";
import { useGateway, useStore } from "./context";
import { showNotice } from "./notices";
import { usePolled } from "./usePolled";

/** The file may be changed elsewhere too: by a person in an editor, or by the assistant. */
const lookMs = 2_000;

/** The config file being edited: kept in step with the disk, and written back only if nobody else changed it meanwhile. */
export function useConfig() {
  const { request, connection, configEdit } = useGateway();
  const isOnline = useStore(connection.link).state === "online";
  const edit = useStore(configEdit);

  const read = useCallback(async () => configFileOf(await request("config.get", {})), [request]);
  const look = useCallback(async () => {
    const file = await read();
    configEdit.update((before) => afterReading(before, file));
  }, [configEdit, read]);
  const { failure, refresh } = usePolled(look, lookMs);
  useEffect(
    () => () => {
      const left = configEdit.get();
      if (left.result.kind === "saving") return;
      if (isChanged(left)) showNotice(stringsOf(language.get()).configLeft);
      else configEdit.set(unread);
    },
    [configEdit],
  );

  const save = async (from = edit) => {
    const { base, file, text: sent } = from;
    if (!base || !file || !isOnline || from.result.kind === "saving") return;
    if (sent.trim() === "") return configEdit.update(afterEmpty);
    configEdit.set(whileSaving(from));
    try {
      const answer = await request("config.apply", { raw: withLineEnds(sent, file), ...(base.hash !== undefined && { baseHash: base.hash }) });
      configEdit.update((before) => afterAnswer(before, sent, answer));
      refresh();
    } catch (error) {
      // A refusal may mean that the file moved on; its hash tells, not the wording. Without a connection it is read later.
      const file = await read().catch(() => undefined);
      configEdit.update((before) => {
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
    type: (text: string) => configEdit.update((before) => afterTyping(before, text)),
    undo: () => configEdit.update(afterUndo),
    keepText: () => save(keepingText(edit)),
  };
}
