import type { Hello } from "./hello";
import { uniqueId } from "./unique";

/** The full key for whatever a person or a link calls a session: `main` becomes `agent:main:main`. */
export function canonicalKey(name: string, hello: Hello): string {
  if (name === "" || name === "main" || name === hello.mainKey) return hello.mainSessionKey;
  if (name.startsWith("agent:") || name === "global" || name === "unknown") return name;
  return `agent:${hello.defaultAgentId}:${name}`;
}

export function freshKey(hello: Hello): string {
  return `agent:${hello.defaultAgentId}:chat-${uniqueId().slice(0, 8)}`;
}

/** The key without the agent in front: what a person can tell sessions apart by when they have no title. */
export function shortName(key: string): string {
  return key.replace(/^agent:[^:]+:/, "");
}
