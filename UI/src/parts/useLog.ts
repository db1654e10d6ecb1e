import { useEffect, useRef, useState } from "react";
import { troubleOf, type Trouble } from "../gateway/failure";
import { parseLogLine, type LogLine } from "../gateway/logLines";
import { numberOf, recordOf, textsOf } from "../gateway/read";
import { useGateway, useStore } from "./context";

const pollMs = 2_000;
const linesPerRead = 300;
/** Enough to see what led to a problem; the file has the rest. */
const mostLines = 1_000;

/** The end of the gateway's log, growing while `isFollowing`. */
export function useLog(isFollowing: boolean): { lines: readonly LogLine[] | undefined; failure: Trouble | undefined } {
  const { request, connection } = useGateway();
  const online = useStore(connection.link).state === "online";
  const [lines, setLines] = useState<readonly LogLine[]>();
  const [failure, setFailure] = useState<Trouble>();
  const cursor = useRef<number>();
  const count = useRef(0);

  useEffect(() => {
    if (!online || !isFollowing) return undefined;
    let isCurrent = true;
    const take = (payload: unknown) => {
      const tail = recordOf(payload);
      const fresh = textsOf(tail.lines).map((line) => parseLogLine(line, (count.current += 1)));
      const startsOver = cursor.current === undefined || tail.reset === true;
      cursor.current = numberOf(tail.cursor);
      setFailure(undefined);
      if (fresh.length > 0 || startsOver) {
        setLines((before) => [...(startsOver ? [] : before ?? []), ...fresh].slice(-mostLines));
      }
    };
    const read = () => {
      if (document.visibilityState !== "visible") return;
      const from = cursor.current === undefined ? {} : { cursor: cursor.current };
      request("logs.tail", { ...from, limit: linesPerRead }).then(
        (payload) => isCurrent && take(payload),
        (error: unknown) => isCurrent && setFailure(troubleOf(error)),
      );
    };
    read();
    const timer = setInterval(read, pollMs);
    return () => {
      isCurrent = false;
      clearInterval(timer);
    };
  }, [online, isFollowing, request]);

  return { lines, failure };
}
