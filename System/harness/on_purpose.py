"""Where this gateway's answers and events are not the original's, on purpose: each field with the reason.

A path is a method's or an event's name and keys joined by dots, `[]` for the items of a list. `.*` at its end: the
value is of the same type, what is in it is not compared. `scenario: ` before it: only in that recording."""

from __future__ import annotations

from functools import cache

from harness import golden

NO_HEARTBEAT = "an agent does not wake by itself, so there is no rhythm"
NO_AUTOMATION = "nothing runs by itself, so no session has jobs of its own"
ONE_PERSON = "one person owns the gateway; who else takes part is not told apart"
ONE_RUNTIME = "the agent runs in the gateway itself: there is no other runtime or machine to choose"
ONE_PERMISSION = "tools have one set of limits, the config's, not one a session"
NO_FAST_MODE = "there is no second, faster mode"
NO_BRANCHES = "a transcript is one line of messages"
NO_REPORT = "what the prompt was made of is told by `/context` and the log"
NO_PARTIAL_HISTORY = "a client that is offered no cursor reads the newest page again, which is short and kept"
LAST_RUN = "how the last run went is the last message of the transcript; a row tells what goes on"
COSTS = "costs are counted by day, not by session"
FILES_OF_THE_ORIGINAL = "everything is in one database: there are no files of a session"
STORE_OF_THE_ORIGINAL = "a field the original's own store needs"
NODE = "figures of Node's own loop, heap and worker threads"
NO_TASKS = "there are no background tasks beside turns"
THE_USERS_FILE = "the config file of this test is not that of the recording"
ROW_AT_EVERY_TOOL = "a session's row goes out when it changed, not again with every tool"
TOOLS_OF_ITS_OWN = "what a tool tells besides its text is for the tool's own card"
WHOLE_IMAGES = "images are kept in the message, not in files of their own"

A_MINUTE_OLD = "the summary in which this is is up to a minute old"
NO_SKILLS = "there are no skills yet"
KEPT_CALL = "a call of a tool that does not exist is kept as any other"
NO_PROFILES = "tools are allowed one by one in the config, not by profiles"
ONE_ACCOUNT = "a provider has one account, or the order of the config"
ALL_PROVIDERS = "providers that have no key yet are listed too"
HOW_PAIRED = "a device is paired or not; who approved it stands in the log"
NO_RECOVERY = "a device that lost its token is approved again"
LAST_PAGE = "the session of this test is new: everything is on the first page"
NOBODY_ANSWERED = "no model answered, so none is named and nothing was used"
NO_SENTINEL = "a change that needs no restart leaves nothing for the process after it"
HALF_AN_ANSWER = "an answer that was stopped has no end from the vendor"

# Keys of a session's row, wherever one is told.
ROW = {
    "agentRuntime": ONE_RUNTIME,
    "contextBudgetStatus": NO_REPORT,
    "createdVia": ONE_PERSON,
    "effectiveFastMode": NO_FAST_MODE,
    "effectiveFastModeSource": NO_FAST_MODE,
    "endedAt": LAST_RUN,
    "estimatedCostUsd": COSTS,
    "expandedParticipants": ONE_PERSON,
    "fastAutoOnSeconds": NO_FAST_MODE,
    "hasAutomation": NO_AUTOMATION,
    "lastInteractionAt": "`updatedAt` tells when a session was last used",
    "lastRunError": LAST_RUN,
    "lastRunId": LAST_RUN,
    "participantCount": ONE_PERSON,
    "participants": ONE_PERSON,
    "permissionModePending": ONE_PERMISSION,
    "placement": ONE_RUNTIME,
    "runtimeMs": LAST_RUN,
    "runtimeSelectionLocked": ONE_RUNTIME,
    "sharingRole": ONE_PERSON,
    "startedAt": LAST_RUN,
    "status": LAST_RUN,
}
ROW_OF_A_NEW_SESSION = {
    key: ROW[key]
    for key in (
        *("agentRuntime", "effectiveFastMode", "effectiveFastModeSource", "fastAutoOnSeconds", "hasAutomation"),
        *("permissionModePending", "runtimeSelectionLocked"),
    )
}
# Keys of a stored entry, which `sessions.patch` and `sessions.reset` answer as it is.
STORED = {
    "createdVia": ONE_PERSON,
    "delivery": STORE_OF_THE_ORIGINAL,
    "lifecycleRevision": STORE_OF_THE_ORIGINAL,
    "sessionStartedAt": "`createdAt` tells it",
    "totalTokensVersion": STORE_OF_THE_ORIGINAL,
}
STORED_WITH_A_PAST = {
    "agentHarnessId": ONE_RUNTIME,
    "cacheRead": COSTS,
    "cacheWrite": COSTS,
    "contextBudgetStatus": NO_REPORT,
    "contextTokensSource": STORE_OF_THE_ORIGINAL,
    "endedAt": LAST_RUN,
    "estimatedCostUsd": COSTS,
    "lastInteractionAt": "`updatedAt` tells when a session was last used",
    "liveModelSwitchPending": "another model is used from the next request on",
    "modelOverrideRouteResolution": STORE_OF_THE_ORIGINAL,
    "runtimeMs": LAST_RUN,
    "sessionDiffBaseline": STORE_OF_THE_ORIGINAL,
    "skillsSnapshot": NO_SKILLS,
    "startedAt": LAST_RUN,
    "status": LAST_RUN,
    "systemPromptReport": NO_REPORT,
}


def _under(places: list[str], keys: dict[str, str]) -> dict[str, str]:
    return {f"{place}.{key}": reason for place in places for key, reason in keys.items()}


BOTH = {
    "skills.status.skills": NO_SKILLS,
    "agent.result.meta.systemPromptReport": NO_REPORT,
    "chat.attachment: chat.history.messages[].content": WHOLE_IMAGES,
    "chat.error-400: chat.history.messages[].api": NOBODY_ANSWERED,
    "chat.error-400: chat.history.messages[].usage": NOBODY_ANSWERED,
    "chat.error-401: chat.history.messages[].api": NOBODY_ANSWERED,
    "chat.error-401: chat.history.messages[].usage": NOBODY_ANSWERED,
    "chat.no-read-scope: health.agents[].sessions.recent": A_MINUTE_OLD,
    "chat.no-read-scope: health.sessions.recent": A_MINUTE_OLD,
    "config.get.config.*": THE_USERS_FILE,
    "config.get.parsed.*": THE_USERS_FILE,
    "config.patch.config.*": THE_USERS_FILE,
    "config.patch-restart: config.patch.sentinel": NO_SENTINEL,
    "health.agents[].heartbeat.everyMs": NO_HEARTBEAT,
    "status.heartbeat.agents[].everyMs": NO_HEARTBEAT,
}
JANUARY = {
    **BOTH,
    "connect.canvasHostUrl": "there is no canvas",
    "chat.abort: chat.history.messages[]": "what was written before a stop is kept, as today's original does",
    "chat.history.messages[].details": TOOLS_OF_ITS_OWN,
    "config.patch-restart: config.patch.restart": "a change that needs no restart causes none",
    "sessions.patch.entry.sessionFile": FILES_OF_THE_ORIGINAL,
    "sessions.patch.entry.skillsSnapshot": NO_SKILLS,
    "sessions.patch.entry.systemPromptReport": NO_REPORT,
    "sessions.reset.entry.skillsSnapshot": NO_SKILLS,
    "chat.inject: chat.history.messages[].usage": "a note that nobody generated has used nothing",
}
TODAY = {
    **BOTH,
    **_under(["sessions.list.sessions[]", "chat.history.sessionInfo"], ROW),
    **_under(["chat.startup.sessionInfo"], ROW_OF_A_NEW_SESSION),
    **_under(["sessions.patch.entry", "sessions.reset.entry"], STORED),
    **_under(["sessions.patch.entry"], STORED_WITH_A_PAST),
    "chat.history.sessionInfo.activeLeafEntryId": NO_BRANCHES,
    "chat.history.sessionInfo.activitySummary": "nobody writes summaries of what a session did",
    "agent.result.meta.agentMeta.agentHarnessId": ONE_RUNTIME,
    "agent.result.meta.agentMeta.assistantTurns": NO_REPORT,
    "agent.result.meta.agentMeta.bridgeCalls": NO_REPORT,
    "agent.result.meta.agentMeta.codeModeEngaged": NO_REPORT,
    "agent.result.meta.agentMeta.contextBudgetStatus": NO_REPORT,
    "agent.result.meta.agentMeta.contextTokensSource": NO_REPORT,
    "agent.result.meta.agentMeta.credentialSource": NO_REPORT,
    "agent.result.meta.agentMeta.lastCallUsage": "`usage` is that of the whole turn",
    "agent.result.meta.agentMeta.sessionFile": FILES_OF_THE_ORIGINAL,
    "agent.result.meta.executionTrace": NO_REPORT,
    "agent.result.meta.finalPromptText": NO_REPORT,
    "agent.result.meta.requestShaping": NO_REPORT,
    "agent.result.sourceReplyDeliveryState": "the answer is in `payloads`",
    "agent item end.payload.data.meta": "the title says it",
    "agent item start.payload.data.meta": "the title says it",
    "agent lifecycle model.payload.lane": STORE_OF_THE_ORIGINAL,
    "agent tool result.payload.data.meta": "the title says it",
    "agent tool result.payload.data.result.details": TOOLS_OF_ITS_OWN,
    "agent tool update.payload.data.partialResult.details": TOOLS_OF_ITS_OWN,
    "agents.list.agents[].agentRuntime": ONE_RUNTIME,
    "agents.list.agents[].defaultPermissionMode": ONE_PERMISSION,
    "agents.list.agents[].workspaceGit": "a workspace is a folder; whether it is a repository is the agent's matter",
    "channels.status.eventLoop": NODE,
    "chat error.payload.errorDetail.providerRuntimeFailureKind": "`failoverReason` tells it",
    "agent lifecycle error.payload.data.errorObservation.providerRuntimeFailureKind": "`failoverReason` tells it",
    "chat.abort: chat.history.messages[].api": HALF_AN_ANSWER,
    "chat.abort: chat.history.messages[].responseId": HALF_AN_ANSWER,
    "chat.abort: chat.history.messages[].stopReason": "an answer that was stopped says so",
    "chat.abort: chat.history.messages[].usage": HALF_AN_ANSWER,
    "chat.abort: chat.history.sessionInfo.inputTokens": HALF_AN_ANSWER,
    "chat.abort: chat.history.sessionInfo.outputTokens": HALF_AN_ANSWER,
    "chat.error-400: chat.history.messages[].idempotencyKey": "only a person's messages have one",
    "chat.error-401: chat.history.messages[].idempotencyKey": "only a person's messages have one",
    "chat.tool-unknown: agent item end.payload.data.status": "a call of a tool that does not exist has failed",
    "chat.tool-unknown: chat.history.messages[].content[]": KEPT_CALL,
    "chat.tool-unknown: chat.history.messages[].stopReason": KEPT_CALL,
    "chat.history.activity": "what tools did is in the messages",
    "chat.history.defaults.agentRuntime": ONE_RUNTIME,
    "chat.history.deltaCursor": NO_PARTIAL_HISTORY,
    "chat.history.messages[].__openclaw.idempotencyKey": "only a person's messages have one",
    "chat.history.messages[].__openclaw.media": WHOLE_IMAGES,
    "chat.history.messages[].__openclaw.senderIsOwner": ONE_PERSON,
    "chat.history.messages[].__openclaw.transcriptPosition": STORE_OF_THE_ORIGINAL,
    "chat.history.messages[].__openclaw.transport": ONE_PERSON,
    "chat.history.nextOffset": LAST_PAGE,
    "chat.metadata.accountSelection": ONE_ACCOUNT,
    "chat.metadata.runtimeSelectionLocked": ONE_RUNTIME,
    "chat.metadata.swarmEnabled": "there are no swarms",
    "chat.startup.defaults.agentRuntime": ONE_RUNTIME,
    "chat.startup.sessionInfo.activeLeafEntryId": NO_BRANCHES,
    "config.get.agentRosterIncludeOwned": THE_USERS_FILE,
    "config.get.bindingsIncludeOwned": THE_USERS_FILE,
    "config.get.resolved.*": THE_USERS_FILE,
    "config.get.runtimeConfig.*": THE_USERS_FILE,
    "config.get.sourceConfig.*": THE_USERS_FILE,
    "cron.list.deliveryPreviews.*": NO_AUTOMATION,
    "cron.list.jobs": NO_AUTOMATION,
    "cron.list.snapshotRevision": NO_AUTOMATION,
    "cron.status.nextWakeAtMs": NO_AUTOMATION,
    "connect.auth.recoveryMigrationAllowed": NO_RECOVERY,
    "connect.auth.recoveryScope": NO_RECOVERY,
    "connect.controlUiLinkReaders": "links are not read for the page",
    "connect.controlUiWidgetKinds": "there are no widgets",
    "connect.features.capabilities": "nothing that needs one is offered",
    "connect.pluginSurfaceUrls": "there are no plugins",
    "connect.server.controlUiBuildSource": "the page and the gateway are one build",
    "connect.snapshot.presence[].user": ONE_PERSON,
    "connect.snapshot.updateSchedule": "the gateway does not update itself",
    "device.pair.approve.device.approvedVia": HOW_PAIRED,
    "device.pair.list.paired[].approvedVia": HOW_PAIRED,
    "device.pair.list.paired[].lastSeenReason": HOW_PAIRED,
    "health.eventLoop": NODE,
    "models.authStatus.providerCapabilities": "keys are set in the environment or the config file",
    "models.authStatus.providers[].apiKey": ALL_PROVIDERS,
    "models.authStatus.providers[].status": ALL_PROVIDERS,
    "health.modelRuntime": NODE,
    "health.plugins.loaded": "there are no plugins",
    "session.tool tool result.payload.data.result.details": TOOLS_OF_ITS_OWN,
    "sessions.crud: chat.history.messages": "a reset leaves no message behind",
    "sessions.delete.archived": "what is deleted is gone",
    "sessions.list.defaults.agentRuntime": ONE_RUNTIME,
    "sessions.list.nextOffset": LAST_PAGE,
    "sessions.patch.resolved.agentRuntime": ONE_RUNTIME,
    "sessions.patch.resolved.runtimeSelectionLocked": ONE_RUNTIME,
    "status.eventLoop": NODE,
    "tools.catalog.groups[].tools[].defaultProfiles": NO_PROFILES,
    "tools.catalog.profiles": NO_PROFILES,
    "usage.cost.cacheStatus": "costs are in the database, not counted from files",
    "status.heartbeat.agents[].waitingForRoute": NO_HEARTBEAT,
    "status.hostDesktop": "there is no desktop to share",
    "status.modelRuntime": NODE,
    "status.pid": "a process number tells a client nothing",
    "status.processMemory": NODE,
    "status.shutdownBudget": "a stop takes five seconds at most",
    "status.taskAudit": NO_TASKS,
    "status.tasks": NO_TASKS,
    "status.workerPools": NODE,
}


def fields(generation: int, scenario: str = "") -> frozenset[str]:
    """The paths that are not compared in this recording."""
    found = {path for where, path in _split(generation) if where in ("", scenario)}
    return frozenset(found | (_rows_at_tools() if generation == 4 else set()))


def everywhere(generation: int) -> set[str]:
    """Every path of a generation, whatever recording it is for."""
    return {path for _, path in _split(generation)}


def _split(generation: int) -> list[tuple[str, str]]:
    entries = JANUARY if generation == 3 else TODAY
    return [(where, path) for where, _, path in (entry.rpartition(": ") for entry in entries)]


@cache
def _rows_at_tools() -> set[str]:
    """See `ROW_AT_EVERY_TOOL`: the keys of the row, from the recording itself."""
    own = {"runId", "stream", "data", "sessionKey", "agentId", "seq", "ts", "isHeartbeat"}
    found = set()
    for scenario in golden.scenarios(4, "chat."):
        for record in golden.load(4, scenario):
            frame = record.get("frame", {})
            is_told = record["dir"] == "in" and frame.get("event") in ("agent", "session.tool")
            if is_told and "session" in frame["payload"]:
                kind = golden.event_kind(frame)
                found |= {f"{kind}.payload.{key}" for key in set(frame["payload"]) - own}
    return found
