extension KeyTable {
    /// Every key that OpenClaw 2026.1.29 or 2026.9.6 knows, or that its page for Fly.io names, with its type; names and
    /// types only.
    ///
    /// A line that starts in the first column is an entry, `path shape` or `@name shape`; lines that start with a space
    /// go on with it. Shapes: `s` string, `b` boolean, `n` number, `i` whole number, `0` null, `t` true, `f` false,
    /// `*` anything, `'a|b'` one of these words, `[x` an array of x, `(x y)` either, `@name` the shape of that entry,
    /// `{key:x %y}` an object, where `%y` is the shape of members with other names.
    static let keys: StaticString = #"""
        @0 'local|remote'
        @1 'silent|fatal|error|warn|info|debug|trace'
        @2 {dangerouslyAllowPrivateNetwork:b allowRfc2544BenchmarkRange:b allowIpv6UniqueLocalRange:b
         allowedHostnames:[s blockedHostnames:[s}
        @3 'env|file|exec|store'
        @4 (s {source:@3 provider:s id:s})
        @5
         'openai-completions|openai-responses|anthropic-messages|google-generative-ai|github-copilot|bedrock-converse-stream|openai-chatgpt-responses|google-vertex|ollama|pi-messages|azure-openai-responses'
        @6 (n {p50:n p75:n p90:n p99:n})
        @7 {mode:'provider-default|authorization-bearer|header' token:@4 headerName:s value:@4 prefix:s}
        @8 {ca:@4 cert:@4 key:@4 passphrase:@4 serverName:s insecureSkipVerify:b}
        @9 {mode:'env-proxy|explicit-proxy' tls:@8 url:s}
        @10 {%{enabled:b command:s args:[s env:{%(s n b)} cwd:s url:s transport:'stdio|sse|streamable-http'
         headers:{%(s n b)} connectionTimeoutMs:n requestTimeoutMs:n supportsParallelToolCalls:b auth:'oauth'
         oauth:{identity:'shared|per-requester' authProfileId:s scope:s redirectUrl:s clientMetadataUrl:s}
         sslVerify:b clientCert:s clientKey:s toolFilter:{include:[s exclude:[s} codex:{agents:[s
         defaultToolsApprovalMode:'auto|prompt|approve'} %*}}
        @11 (s {primary:s fallbacks:[s})
        @12 (s {primary:s fallbacks:[s timeoutMs:i})
        @13 {%{alias:s params:{%*} agentRuntime:{id:s} pickerRuntimes:[s codeMode:b streaming:b}}
        @14 'json|text|jsonl'
        @15 ['memory|sessions'
        @16 {sessionMemory:b}
        @17 {enabled:b extensionPath:s}
        @18 {enabled:b sources:@15 extraPaths:[s experimental:@16 provider:'openai|local|gemini'
         remote:{baseUrl:s apiKey:s headers:{%s} batch:{enabled:b wait:b concurrency:i pollIntervalMs:i
         timeoutMinutes:i}} fallback:'openai|gemini|local|none' model:s local:{modelPath:s modelCacheDir:s}
         store:{driver:'sqlite' path:s vector:@17} chunking:{tokens:i overlap:i} sync:{onSessionStart:b
         onSearch:b watch:b watchDebounceMs:i intervalMinutes:i sessions:{deltaBytes:i deltaMessages:i}}
         query:{maxResults:i minScore:n hybrid:{enabled:b vectorWeight:n textWeight:n candidateMultiplier:i}}
         cache:{enabled:b maxEntries:i}}
        @19 {allow:[s deny:[s}
        @20 'off|minimal|low|medium|high|xhigh|adaptive|max|ultra'
        @21 'off|on|full'
        @22 {minChars:i maxChars:i breakPreference:'paragraph|newline|sentence'}
        @23 {minChars:i maxChars:i idleMs:i}
        @24 {mode:'off|natural|custom' minMs:i maxMs:i}
        @25 'never|instant|thinking|message'
        @26 {start:s end:s timezone:s}
        @27 'allow|block'
        @28 'suggest|prefer'
        @29 'off|non-main|all'
        @30 'none|ro|rw'
        @31 'spawned|all'
        @32 'session|agent|shared'
        @33 {%(s n {soft:i hard:i})}
        @34 {idleHours:i maxAgeDays:i}
        @35 {target:s command:s workspaceRoot:s strictHostKeyChecking:b updateHostKeys:b identityFile:s
         certificateFile:s knownHostsFile:s identityData:@4 certificateData:@4 knownHostsData:@4}
        @36 'allow|disallow'
        @37 {group:@36 internal:@36}
        @38 'always|continuation-skip|never'
        @39 {localModelLean:b}
        @40 'default|strict-agentic'
        @41 'explain|raw'
        @42 {memoryGetMaxChars:i postCompactionMaxChars:i}
        @43 {name:s theme:s emoji:s avatar:s}
        @44 'minimal|coding|messaging|full'
        @45 {%{allow:[s alsoAllow:[s deny:[s profile:@44}}
        @46 {enabled:b allowFrom:{%[(s n)}}
        @47 'deny|allowlist|full'
        @48 'off|on-miss|always'
        @49 {allow:[s alsoAllow:[s deny:[s}
        @50 'persistent|oneshot'
        @51 {enabled:b rememberAcrossConversations:b sources:@15 extraPaths:[(s {path:s pattern:s})
         multimodal:{enabled:b modalities:['image|audio|all' maxFileBytes:i} experimental:@16 provider:s
         remote:{baseUrl:s apiKey:@4 headers:{%s} batch:{enabled:b}} fallback:s model:s inputType:s
         queryInputType:s documentInputType:s outputDimensionality:i local:{modelPath:s}
         store:{fts:{tokenizer:'unicode61|trigram'} vector:@17} query:{maxResults:i minScore:n}
         cache:{enabled:b}}
        @52 'off|always|inbound|tagged'
        @53 {%{apiKey:@4 %(s n b 0 [* {%*})}}
        @54 {%{label:s description:s provider:s fallbackPolicy:'preserve-persona|provider-defaults|fail'
         providers:@53}}
        @55 {enabled:b allowText:b allowProvider:b allowVoice:b allowModelId:b allowVoiceSettings:b
         allowNormalization:b allowSeed:b}
        @56 'user_request|room_event'
        @57 (b 'auto' {enabled:(b 'auto') executor:'node|quickjs' mode:'only' timeoutMs:i memoryLimitBytes:i
         maxOutputBytes:i maxSnapshotBytes:i maxPendingToolCalls:i snapshotTtlSeconds:i searchDefaultLimit:i
         maxSearchLimit:i})
        @58 (b {enabled:b maxConcurrent:i maxChildrenPerGroup:i maxTotalPerGroup:i waitTimeoutSecondsMax:i
         defaultAgentId:s})
        @59 'deny|allowlist|ask|auto|full'
        @60 {%{minPositional:i maxPositional:i allowedValueFlags:[s deniedFlags:[s}}
        @61 {model:@11 thinking:'minimal|low|medium|high|xhigh|max' fastMode:b timeoutMs:i}
        @62 {profileId:s kind:'oauth' gitAuthor:{name:s email:s}}
        @63 {workspaceOnly:b}
        @64 {allowWithinProvider:b allowAcrossProviders:b marker:{enabled:b prefix:s suffix:s}}
        @65 ['image|audio|video'
        @66 'provider|cli'
        @67 {%{%(s n b)}}
        @68 {detectLanguage:b punctuate:b smartFormat:b}
        @69 {headers:{%@4} auth:@7 proxy:@9 tls:@8}
        @70 'allow|deny'
        @71 'direct|group|channel'
        @72 {default:@70 rules:[{action:@70 match:{channel:s chatType:@71 keyPrefix:s rawKeyPrefix:s}}}
        @73 {mode:'first|all' maxAttachments:i prefer:'first|last|path|url'}
        @74 [{provider:s model:s capabilities:@65 type:@66 command:s args:[s prompt:s maxChars:i maxBytes:i
         timeoutSeconds:i language:s providerOptions:@67 deepgram:@68 baseUrl:s headers:{%s} profile:s
         preferredProfile:s}
        @75 {enabled:b scope:@72 maxBytes:i maxChars:i prompt:s timeoutSeconds:i language:s providerOptions:@67
         deepgram:@68 baseUrl:s headers:{%s} attachments:@73 models:@74 preferredModel:s request:@69}
        @76 'main|per-peer|per-channel-peer|per-account-channel-peer'
        @77 'main|per-group'
        @78 (b 'automatic|message_tool')
        @79 'steer|followup|collect|steer-backlog|steer+backlog|queue|interrupt'
        @80 'steer|followup|collect|interrupt'
        @81 'group-mentions|group-all|direct|all|off|none'
        @82 'auto|on|off'
        @83 {apiKey:s baseUrl:s voiceId:s modelId:s seed:i applyTextNormalization:@82 languageCode:s
         voiceSettings:{stability:n similarityBoost:n style:n useSpeakerBoost:b speed:n}}
        @84 {apiKey:s model:s voice:s}
        @85 {enabled:b voice:s lang:s outputFormat:s pitch:s rate:s volume:s saveSubtitles:b proxy:s
         timeoutMs:i}
        @86 'on|off|tokens|full'
        @87 {enabled:b mode:'session|targets|both' agentFilter:[s sessionFilter:[s targets:[{channel:s to:s
         accountId:s threadId:(s n)}}
        @88 {mode:'daily|idle|none' atHour:i idleMinutes:i}
        @89 {enabled:b idleHours:n maxAgeHours:n spawnSessions:b defaultSpawnContext:'isolated|fork'}
        @90 'off|serve|funnel'
        @91 'npm|archive|path'
        @92 'open|disabled|allowlist'
        @93 'all|allowlist|allowlist_quote'
        @94 {showOk:b showAlerts:b useIndicator:b}
        @95 {enabled:b maxEventsPerWindow:i windowSeconds:i cooldownSeconds:i}
        @96 {replyToBot:b quotedBot:b threadParticipation:b}
        @97 {tables:'off|bullets|code|block'}
        @98 (s {source:'env|store|file|exec' provider:s id:s})
        @99 {%{enabled:b requireMention:b groupPolicy:@92 groupAllowFrom:[(s n)}}
        @100 'agent|model'
        @101 (b 'mentions')
        @102 {%{requireMention:b mentionPatterns:[s allowBots:@101 botLoopProtection:@95}}
        @103 {enabled:b workspace:s controlUrlBase:s section:s}
        @104 'pairing|allowlist|open|disabled'
        @105 {mode:@70 allowIn:[s denyIn:[s}
        @106 {%{historyLimit:i}}
        @107 'off|partial|block|progress'
        @108 'length|newline'
        @109 'raw|status'
        @110 {chunk:@22 toolProgress:b commandText:@109}
        @111 {enabled:b coalesce:@23}
        @112 {mode:@107 chunkMode:@108 preview:@110 progress:{label:(s f) labels:[s maxLines:i maxLineChars:i
         toolProgress:b commandText:@109 commentary:b narration:b} block:@111}
        @113 'off|first|all|batched'
        @114 {native:(b 'auto') nativeSkills:(b 'auto')}
        @115 {clientSecret:s applicationId:s}
        @116 {reactions:b stickers:b emojiUploads:b stickerUploads:b polls:b permissions:b messages:b threads:b
         pins:b search:b memberInfo:b roleInfo:b roles:b channelInfo:b voiceStatus:b events:b moderation:b
         channels:b presence:b}
        @117 {inheritParent:b}
        @118 {enabled:b groupEnabled:b groupChannels:[(s n) policy:@104 allowFrom:[(s n)}
        @119 'off|own|all|allowlist'
        @120 {%{requireMention:b tools:@49 toolsBySender:{%@49} slug:s ignoreOtherMentions:b
         reactionNotifications:@119 users:[(s n) roles:[s presenceEvents:{enabled:b channelId:s users:[s
         reconnectSuppressSeconds:i burstLimit:i burstWindowSeconds:i} channels:{%{requireMention:b tools:@49
         toolsBySender:{%@49} skills:[s enabled:b systemPrompt:s ignoreOtherMentions:b users:[(s n) roles:[s
         includeThreadStarter:b autoThread:b autoThreadName:'message|generated' autoArchiveDuration:(n
         '60|1440|4320|10080') allow:b}}}}
        @121 'dm|channel|both'
        @122 {enabled:(b 'auto') approvers:[(s n) agentFilter:[s sessionFilter:[s target:@121
         cleanupAfterResolve:b}
        @123 {enabled:b ttlMs:i}
        @124 {ephemeral:b}
        @125 {messageContent:b presence:b guildMembers:b voiceStates:b}
        @126 {auto:@52 enabled:b mode:'final|all' provider:s persona:s personas:@54 summaryModel:s
         modelOverrides:@55 providers:@53 maxTextLength:i timeoutMs:i}
        @127 {enabled:b mode:'stt-tts|agent-proxy|bidi' agentSession:{mode:'voice|target' target:s} model:s
         realtime:{provider:s model:s speakerVoice:s speakerVoiceId:s instructions:s
         toolPolicy:'safe-read-only|owner|none' consultPolicy:'auto|always' requireWakeName:b wakeNames:[s
         bootstrapContextFiles:['IDENTITY.md|USER.md|SOUL.md' bargeIn:b minBargeInAudioEndMs:i debounceMs:i
         providers:{%{%*}}} autoJoin:[{guildId:s channelId:s whenOccupied:b} followUsersEnabled:b followUsers:[s
         allowedChannels:[{guildId:s channelId:s} daveEncryption:b decryptionFailureTolerance:i
         connectTimeoutMs:i reconnectGraceMs:i captureSilenceGraceMs:i tts:@126}
        @128 {enabled:b token:@98}
        @129 'online|dnd|idle|invisible'
        @130 {enabled:b intervalMs:i minUpdateIntervalMs:i}
        @131 {runTimeoutMs:i}
        @132 {attempts:i minDelayMs:i maxDelayMs:i jitter:n}
        @133 'websocket|webhook'
        @134 {mode:'native|escape|strip' tableMode:'native|ascii|simple'}
        @135 'open|disabled|allowlist|allowall'
        @136 'group|group_sender|group_topic|group_topic_sender'
        @137 'disabled|enabled'
        @138 {%{requireMention:b tools:@19 skills:[s enabled:b allowFrom:[(s n) systemPrompt:s
         groupSessionScope:@136 topicSessionMode:@137 replyInThread:@137}}
        @139 {%{enabled:b systemPrompt:s}}
        @140 {visibility:'visible|hidden' intervalMs:i}
        @141 'auto|raw|card'
        @142 {mode:'off|partial' chunkMode:@108 block:@111}
        @143 {doc:b chat:b wiki:b drive:b perm:b scopes:b bitable:b}
        @144 {reactions:b sticker:b}
        @145 'off|own|all'
        @146 {auto:@52 enabled:b mode:'final|all' provider:s persona:s personas:{%{%*}} summaryModel:s
         modelOverrides:{%*} providers:{%{%*}} prefsPath:s maxTextLength:i timeoutMs:i}
        @147 {chunkMode:@108 block:@111}
        @148 {%{enabled:b requireMention:b botLoopProtection:@95 users:[(s n) systemPrompt:s allow:b}}
        @149 (s {source:@3 provider:s id:s %*})
        @150 'app-url|project-number'
        @151 {enabled:b policy:@104 allowFrom:[(s n)}
        @152 'none|message|reaction'
        @153 {reactions:b}
        @154 {reactions:b edit:b unsend:b reply:b sendWithEffect:b renameGroup:b setGroupIcon:b addParticipant:b
         removeParticipant:b leaveGroup:b sendAttachment:b polls:b}
        @155 'imessage|sms|auto'
        @156 'auto|bridge|applescript'
        @157 {enabled:b maxAgeMinutes:i perRunLimit:i firstRunLookbackMinutes:i maxFailureRetries:i}
        @158 {%{requireMention:b tools:@49 toolsBySender:{%@49} systemPrompt:s}}
        @159 {enabled:b service:s password:s passwordFile:s register:b registerEmail:s}
        @160 {%{requireMention:b tools:@49 toolsBySender:{%@49} skills:[s enabled:b allowFrom:[(s n)
         systemPrompt:s}}
        @161 'off|first|all'
        @162 {%{requireMention:b skills:[s enabled:b allowFrom:[(s n) systemPrompt:s}}
        @163 {dangerouslyAllowPrivateNetwork:b}
        @164 {label:(s f) labels:[s maxLines:i maxLineChars:i toolProgress:b commandText:@109}
        @165 'off|inbound|always'
        @166 {enabled:(b 'auto') approvers:[(s n) agentFilter:[s sessionFilter:[s target:@121}
        @167 {%{requireMention:b tools:@49 skills:[s enabled:b systemPrompt:s account:s allowBots:@101
         botLoopProtection:@95 autoReply:b users:[(s n)}}
        @168 'oncall|onmessage|onchar'
        @169 {mode:@107 chunkMode:@108 preview:{toolProgress:b commandText:@109} progress:@164 block:@111}
        @170 {direct:@113 group:@113 channel:@113}
        @171 {messages:b reactions:b}
        @172 {native:(b 'auto') nativeSkills:(b 'auto') callbackPath:s callbackUrl:s}
        @173 {callbackBaseUrl:s allowedSourceIps:[s}
        @174 {%{requireMention:b}}
        @175 {maxRetries:i initialDelayMs:i maxDelayMs:i timeoutMs:i}
        @176 {port:i path:s}
        @177 'thread|top-level'
        @178 {enabled:b scopes:[s}
        @179 {tables:'off|bullets|code'}
        @180 {%{requireMention:b tools:@49 skills:[s enabled:b allowFrom:[s systemPrompt:s}}
        @181 'open|allowlist|disabled'
        @182 {%{requireMention:b tools:@49 toolsBySender:{%@49}}}
        @183 {messages:b reactions:b search:b threads:b}
        @184 'on-start|manual'
        @185 {kind:'managed-native|external-native|container' configPath:s socketPath:s url:s httpHost:s
         httpPort:i cliPath:s startupTimeoutMs:i receiveMode:@184 ignoreStories:b}
        @186 {%{requireMention:b tools:@49 toolsBySender:{%@49} ingest:b}}
        @187 {direct:@113 group:@113}
        @188 'off|ack|minimal|extensive'
        @189 {mode:@107 chunkMode:@108 preview:@110 progress:{label:(s f) labels:[s maxLines:i maxLineChars:i
         toolProgress:b commandText:@109 commentary:b narration:b style:'card|compact' nativeTaskCards:b}
         block:@111 nativeTransport:b}
        @190 'socket|http|relay'
        @191 {url:s authToken:@98 gatewayId:s}
        @192 {historyScope:'thread|channel' inheritParent:b initialHistoryLimit:i}
        @193 {mode:'off|auto|on' prompt:s}
        @194 {reactions:b messages:b pins:b search:b permissions:b memberInfo:b channelInfo:b emojiList:b}
        @195 {enabled:b name:s sessionPrefix:s ephemeral:b}
        @196 {enabled:b groupEnabled:b groupChannels:[(s n) policy:@104 allowFrom:[(s n) replyToMode:@161}
        @197 {%{requireMention:b tools:@49 toolsBySender:{%@49} skills:[s enabled:b systemPrompt:s
         ignoreOtherMentions:b replyToMode:@113 allowBots:@101 botLoopProtection:@95 users:[(s n)
         presenceEvents:@193 allow:b}}
        @198 ([s {inlineButtons:'off|dm|group|all|allowlist'})
        @199 [{command:s description:s}
        @200 'always|once|silent'
        @201 {%{requireMention:b ingest:b disableAudioPreflight:b groupPolicy:@92 skills:[s enabled:b
         allowFrom:[(s n) systemPrompt:s agentId:s errorPolicy:@200}}
        @202 {%{requireMention:b tools:@49 toolsBySender:{%@49} skills:[s enabled:b allowFrom:[(s n)
         systemPrompt:s ingest:b disableAudioPreflight:b groupPolicy:@92 topics:@201 errorPolicy:@200}}
        @203 (b {enabled:b prompt:s})
        @204 {%{dmPolicy:@104 tools:@49 toolsBySender:{%@49} skills:[s enabled:b allowFrom:[(s n) systemPrompt:s
         topics:@201 errorPolicy:@200 requireTopic:b autoTopicLabel:@203}}
        @205 {autoSelectFamily:b dnsResultOrder:'ipv4first|verbatim' dangerouslyAllowPrivateNetwork:b}
        @206 {reactions:b sendMessage:b poll:b deleteMessage:b editMessage:b sticker:b createForumTopic:b
         editForumTopic:b}
        @207 'off|partial|block'
        @208 ['moderator|owner|vip|subscriber|all'
        @209 {%{systemPrompt:s}}
        @210 {messageReceived:b}
        @211 {emoji:s direct:b group:'always|mentions|never'}
        @212 {%{requireMention:b tools:@49 enabled:b}}
        @213 {%{requireMention:b tools:@49}}
        @214 {reactions:b edit:b unsend:b reply:b sendWithEffect:b renameGroup:b setGroupIcon:b addParticipant:b
         removeParticipant:b leaveGroup:b sendAttachment:b}
        @215 {%{apiKey:@4 %*}}
        @216
         ['operator.admin|operator.read|operator.write|operator.sessions.read|operator.sessions.write|operator.approvals|operator.questions|operator.pairing|operator.talk|operator.talk.secrets'
        @217 {enabled:b config:{}}
        @218 {allowPromptInjection:b allowConversationAccess:b timeoutMs:i timeouts:{%i}}
        @219 {allowModelOverride:b allowedModels:[s}
        @220 {allowModelOverride:b allowedModels:[s allowedCompletionModels:[s allowAuthProfileOverride:b
         allowAgentIdOverride:b}
        @221 {enabled:b config:{} hooks:@218 subagent:@219 llm:@220}
        @222 {enabled:b hooks:@218 subagent:@219 llm:@220 config:{}}
        @223 'auto|approve|deny'
        meta {lastTouchedVersion:s lastTouchedAt:s migrations:{modelPolicyAllowlist:t utilityModelSeparation:t}}
        env {shellEnv:{enabled:b timeoutMs:i} vars:{%s} %s}
        wizard {lastRunAt:s lastRunVersion:s lastRunCommit:s lastRunCommand:s lastRunMode:@0
         accessMode:'full|guarded' appRecommendations:b securityAcknowledgedAt:s}
        diagnostics {enabled:b flags:[s otel:{enabled:b endpoint:s protocol:'http/protobuf|grpc' headers:{%s}
         serviceName:s traces:b metrics:b logs:b sampleRate:n flushIntervalMs:i tracesEndpoint:s
         metricsEndpoint:s logsEndpoint:s metricNamePrefix:s logsExporter:'otlp|stdout|both' captureContent:b}
         cacheTrace:{enabled:b filePath:s includeMessages:b includePrompt:b includeSystem:b}}
        logging {level:@1 file:s consoleLevel:@1 consoleStyle:'pretty|compact|json' redactSensitive:'off|tools'
         redactPatterns:[s maxFileBytes:i audit:{enabled:b executionIdentity:b messages:'off|direct|all'}}
        update {channel:'stable|beta|dev|extended-stable' checkOnStart:b auto:{enabled:b}}
        browser {enabled:b evaluateEnabled:b cdpUrl:s remoteCdpTimeoutMs:i remoteCdpHandshakeTimeoutMs:i color:s
         executablePath:s headless:b noSandbox:b attachOnly:b defaultProfile:s
         snapshotDefaults:{mode:'efficient'} profiles:{%{cdpPort:i cdpUrl:s
         driver:'openclaw|extension|clawd|existing-session' color:s userDataDir:s mcpCommand:s mcpArgs:[s
         headless:b executablePath:s attachOnly:b}} allowSystemProfileImport:b ssrfPolicy:@2 extraArgs:[s
         tabCleanup:{enabled:b} extensionRelay:{allowLegacyAuth:b}}
        ui {seamColor:s assistant:{name:s avatar:s}
         prefs:{theme:'claw|knot|dash|absolutely|tide|beacon|phosphor|crt|manuscript|rose|miami|custom'
         themeMode:'light|dark|system' accent:s locale:s chatShowThinking:b chatShowToolCalls:b
         chatPersistCommentary:b chatSendShortcut:'enter|modifier-enter' chatFollowUpMode:'steer|queue'
         sidebarEntries:[s}}
        auth {profiles:{%{provider:s mode:'api_key|oauth|token|aws-sdk' email:s displayName:s}} order:{%[s}
         cooldowns:{billingBackoffHours:n billingBackoffHoursByProvider:{%n} billingMaxHours:n
         failureWindowHours:n}}
        models {mode:'merge|replace' providers:{%{baseUrl:s apiKey:@4 auth:'api-key|aws-sdk|oauth|token' api:@5
         headers:{%@4} authHeader:b models:[{id:s name:s api:@5 reasoning:b input:['text|image|video|audio'
         cost:{input:n output:n cacheRead:n cacheWrite:n tieredPricing:[{input:n output:n cacheRead:n
         cacheWrite:n range:[n}} contextWindow:n maxTokens:n headers:{%s} compat:{supportsStore:b
         supportsDeveloperRole:b supportsReasoningEffort:b maxTokensField:'max_completion_tokens|max_tokens'
         supportsPromptCacheKey:b supportsResponsesContinuation:b supportsTemperature:b supportsInstructions:b
         supportsUsageInStreaming:b supportsTools:b codeMode:'preferred|capable' supportsStrictMode:b
         supportsJsonSchemaResponseFormat:b requiresStringContent:b strictMessageKeys:b
         visibleReasoningDetailTypes:[s supportedReasoningEfforts:[s reasoningEffortMap:{%s}
         thinkingFormat:'openai|openrouter|deepseek|together|qwen|qwen-chat-template|zai'
         requiresToolResultName:b requiresAssistantAfterToolResult:b requiresThinkingAsText:b
         requiresReasoningContentOnAssistantMessages:b toolSchemaProfile:s unsupportedToolSchemaKeywords:[s
         toolCallArgumentsEncoding:s requiresOpenAiAnthropicToolPayload:b openRouterRouting:{allow_fallbacks:b
         require_parameters:b data_collection:'deny|allow' zdr:b enforce_distillable_text:b order:[s only:[s
         ignore:[s quantizations:[s sort:(s {by:s partition:(s 0)}) max_price:{prompt:(n s) completion:(n s)
         image:(n s) audio:(n s) request:(n s)} preferred_min_throughput:@6 preferred_max_latency:@6}
         vercelGatewayRouting:{only:[s order:[s} zaiToolStream:b cacheControlFormat:'anthropic'
         sendSessionAffinityHeaders:b sendSessionIdHeader:b supportsEagerToolInputStreaming:b
         supportsLongCacheRetention:b} baseUrl:s contextTokens:i thinkingLevelMap:{off:(s 0) minimal:(s 0)
         low:(s 0) medium:(s 0) high:(s 0) xhigh:(s 0) max:(s 0)} params:{%*} agentRuntime:{id:s}
         mediaInput:{image:{maxBytes:i maxPixels:i maxSidePx:i preferredSidePx:i
         tokenMode:'tile|detail|provider'}} metadataSource:'models-add'} maxTokens:n timeoutSeconds:i region:s
         injectNumCtxForOpenAICompat:b params:{%*} agentRuntime:{id:s} localService:{command:s args:[s cwd:s
         env:{%s} healthUrl:s readyTimeoutMs:i idleStopMs:i} request:{headers:{%@4} auth:@7 proxy:@9 tls:@8
         allowPrivateNetwork:b}}} bedrockDiscovery:{enabled:b region:s providerFilter:[s refreshInterval:i
         defaultContextWindow:i defaultMaxTokens:i} catalogRefresh:{enabled:b url:s}}
        nodeHost {browserProxy:{enabled:b allowProfiles:[s} autoUpdate:{enabled:b}
         agentRuns:{claude:{enabled:b}} workerRuns:{enabled:b capacity:i isolation:'none|container'
         containerImage:s} mcp:{servers:@10} skills:{enabled:b}}
        agents {defaults:{model:@11 imageModel:@12 models:@13 workspace:s repoRoot:s skipBootstrap:b
         bootstrapMaxChars:i userTimezone:s timeFormat:'auto|12|24' envelopeTimezone:s
         envelopeTimestamp:'on|off' envelopeElapsed:'on|off' contextTokens:i cliBackends:{%{command:s args:[s
         output:@14 resumeOutput:@14 input:'arg|stdin' maxPromptArgChars:i env:{%s} clearEnv:[s modelArg:s
         modelAliases:{%s} sessionArg:s sessionArgs:[s resumeArgs:[s sessionMode:'always|existing|none'
         sessionIdFields:[s systemPromptArg:s systemPromptMode:'append|replace'
         systemPromptWhen:'first|always|never' imageArg:s imageMode:'repeat|list' serialize:b}} memorySearch:@18
         contextPruning:{mode:'off|cache-ttl' ttl:s keepLastAssistants:i softTrimRatio:n hardClearRatio:n
         minPrunableToolChars:i tools:@19 softTrim:{maxChars:i headChars:i tailChars:i} hardClear:{enabled:b
         placeholder:s}} compaction:{mode:'default|safeguard' reserveTokensFloor:i maxHistoryShare:n
         memoryFlush:{enabled:b softThresholdTokens:i prompt:s systemPrompt:s model:s
         forceFlushTranscriptBytes:(i s)} enabled:b provider:s
         thinkingLevel:'off|minimal|low|medium|high|xhigh|adaptive|max|ultra|inherit' keepRecentTokens:i
         identifierPolicy:'strict|off' recentTurnsPreserve:i qualityGuard:{enabled:b maxRetries:i}
         midTurnPrecheck:{enabled:b} postIndexSync:'off|async|await' postCompactionSections:[s model:s
         timeoutSeconds:i maxActiveTranscriptBytes:(i s) notifyUser:b} thinkingDefault:@20 verboseDefault:@21
         elevatedDefault:'off|on|ask|full' blockStreamingDefault:'off|on'
         blockStreamingBreak:'text_end|message_end' blockStreamingChunk:@22 blockStreamingCoalesce:@23
         humanDelay:@24 timeoutSeconds:i mediaMaxMb:n typingIntervalSeconds:i typingMode:@25 heartbeat:{every:s
         activeHours:@26 model:s session:s includeReasoning:b target:s to:s prompt:s ackMaxChars:i
         directPolicy:@27 accountId:s timeoutSeconds:i lightContext:b isolatedSession:b agentId:s}
         maxConcurrent:i subagents:{maxConcurrent:i archiveAfterMinutes:i model:@11 delegationMode:@28
         allowAgents:[s maxSpawnDepth:i maxChildrenPerAgent:i thinking:s runTimeoutSeconds:i announceTimeoutMs:i
         requireAgentId:b} sandbox:{mode:@29 workspaceAccess:@30 sessionToolsVisibility:@31 scope:@32
         perSession:b workspaceRoot:s docker:{image:s containerPrefix:s workdir:s readOnlyRoot:b tmpfs:[s
         network:s user:s capDrop:[s env:{%s} setupCommand:(s [s) pidsLimit:i memory:(s n) memorySwap:(s n)
         cpus:n ulimits:@33 seccompProfile:s apparmorProfile:s dns:[s extraHosts:[s binds:[s gpus:s
         dangerouslyAllowReservedContainerTargets:b dangerouslyAllowExternalBindSources:b
         dangerouslyAllowContainerNamespaceJoin:b} browser:{enabled:b image:s containerPrefix:s cdpPort:i
         vncPort:i noVncPort:i headless:b enableNoVnc:b allowHostControl:b autoStart:b autoStartTimeoutMs:i
         network:s cdpSourceRange:s noVncEnabled:b binds:[s} prune:@34 backend:s ssh:@35} params:{%*}
         modelSelectionScope:'session|agent|global' utilityModel:s decisionModel:s mediaModels:{image:@12
         video:@12 music:@12} voiceModel:@12 pdfModel:@12 pdfMaxMb:n pdfMaxPages:i modelPolicy:{allow:[s} cwd:s
         skills:[s silentReply:@37 skipOptionalBootstrapFiles:['SOUL.md|USER.md|HEARTBEAT.md|IDENTITY.md'
         contextInjection:@38 bootstrapTotalMaxChars:i experimental:@39 startupContext:{enabled:b
         applyOn:['new|reset' dailyMemoryDays:i maxFileBytes:i maxFileChars:i maxTotalChars:i}
         embeddedAgent:{projectSettingsPolicy:'trusted|sanitize|ignore' executionContract:@40
         cyberFailover:{mode:'auto|off' model:s cooloffMs:i}} fastModeDefault:(b 'auto') toolProgressDetail:@41
         reasoningDefault:'off|on|stream' imageMaxDimensionPx:i imageQuality:'auto|efficient|balanced|high'
         systemAgent:{agentId:s} authInheritance:{agentId:s} sessionStore:{agentId:s} contextLimits:@42}
         list:[{id:s default:b name:s workspace:s agentDir:s model:@11 memorySearch:@18 humanDelay:@24
         heartbeat:{every:s activeHours:@26 model:s session:s includeReasoning:b target:s to:s prompt:s
         ackMaxChars:i} identity:@43 groupChat:{mentionPatterns:[s historyLimit:i} subagents:{allowAgents:[s
         model:@11} sandbox:{mode:@29 workspaceAccess:@30 sessionToolsVisibility:@31 scope:@32 perSession:b
         workspaceRoot:s docker:{image:s containerPrefix:s workdir:s readOnlyRoot:b tmpfs:[s network:s user:s
         capDrop:[s env:{%s} setupCommand:s pidsLimit:i memory:(s n) memorySwap:(s n) cpus:n ulimits:@33
         seccompProfile:s apparmorProfile:s dns:[s extraHosts:[s binds:[s} browser:{enabled:b image:s
         containerPrefix:s cdpPort:i vncPort:i noVncPort:i headless:b enableNoVnc:b allowHostControl:b
         autoStart:b autoStartTimeoutMs:i} prune:@34} tools:{profile:@44 allow:[s alsoAllow:[s deny:[s
         byProvider:@45 elevated:@46 exec:{host:'sandbox|gateway|node' security:@47 ask:@48 node:s
         pathPrepend:[s safeBins:[s backgroundMs:i timeoutSec:i approvalRunningNoticeMs:i cleanupMs:i
         notifyOnExit:b applyPatch:{enabled:b allowModels:[s}} sandbox:{tools:@49}}} ownership:'explicit'
         entries:{%{name:s description:s workspace:s cwd:s agentDir:s model:@11 utilityModel:s decisionModel:s
         models:@13 modelPolicy:{allow:[s} thinkingDefault:@20 verboseDefault:@21 toolProgressDetail:@41
         reasoningDefault:'on|off|stream' fastModeDefault:(b 'auto') contextInjection:@38 bootstrapMaxChars:i
         bootstrapTotalMaxChars:i experimental:@39 skills:[s subagents:{delegationMode:@28 allowAgents:[s
         model:@11 thinking:s requireAgentId:b} embeddedAgent:{executionContract:@40} params:{%*}
         runtime:{type:'embedded|acp' acp:{agent:s backend:s mode:@50 cwd:s}} memory:{search:@51} humanDelay:@24
         typingMode:@25 tts:{auto:@52 enabled:b mode:'final|all' provider:s persona:s personas:@54
         summaryModel:s modelOverrides:@55 providers:@53 maxTextLength:i timeoutMs:i prefsPath:s}
         skillsLimits:{maxSkillsPromptChars:i} contextLimits:@42 heartbeat:{every:s activeHours:@26 model:s
         session:s target:s directPolicy:@27 to:s accountId:s prompt:s timeoutSeconds:i lightContext:b
         isolatedSession:b} identity:@43 groupChat:{mentionPatterns:[s historyLimit:i unmentionedInbound:@56}
         sandbox:{mode:@29 backend:s workspaceAccess:@30 sessionToolsVisibility:@31 scope:@32 workspaceRoot:s
         docker:{image:s containerPrefix:s workdir:s readOnlyRoot:b tmpfs:[s network:s user:s capDrop:[s
         env:{%s} setupCommand:(s [s) pidsLimit:i memory:(s n) memorySwap:(s n) cpus:n gpus:s ulimits:@33
         seccompProfile:s apparmorProfile:s dns:[s extraHosts:[s binds:[s
         dangerouslyAllowReservedContainerTargets:b dangerouslyAllowExternalBindSources:b
         dangerouslyAllowContainerNamespaceJoin:b} ssh:@35 browser:{enabled:b image:s containerPrefix:s
         network:s cdpPort:i cdpSourceRange:s vncPort:i noVncPort:i headless:b noVncEnabled:b allowHostControl:b
         autoStart:b autoStartTimeoutMs:i binds:[s} prune:@34} tools:{profile:@44 allow:[s alsoAllow:[s deny:[s
         byProvider:@45 toolsBySender:{%@49} codeMode:@57 swarm:@58 elevated:@46
         exec:{host:'auto|sandbox|gateway|node' mode:@59 security:@47 ask:@48 node:s pathPrepend:[s safeBins:[s
         strictInlineEval:b commandHighlighting:b grantExpiryDays:i safeBinTrustedDirs:[s safeBinProfiles:@60
         reviewer:@61 backgroundMs:i approvalRunningNoticeMs:i timeoutSeconds:i cleanupMs:i notifyOnExit:b
         notifyOnExitEmptySuccess:b applyPatch:{enabled:b workspaceOnly:b allowModels:[s}} github:@62 fs:@63
         loopDetection:{enabled:b} message:{crossContext:@64 actions:{allow:[s} broadcast:{enabled:b}}
         sandbox:{tools:@49}} default:b}}}
        tools {profile:@44 allow:[s alsoAllow:[s deny:[s byProvider:@45 web:{search:{enabled:b provider:s
         apiKey:s maxResults:i timeoutSeconds:i cacheTtlMinutes:n perplexity:{apiKey:s baseUrl:s model:s}
         openaiCodex:{enabled:b mode:'cached|live' allowedDomains:[s contextSize:'low|medium|high'
         userLocation:{country:s region:s city:s timezone:s}} %*} fetch:{enabled:b maxChars:i timeoutSeconds:i
         cacheTtlMinutes:n maxRedirects:i userAgent:s provider:s maxCharsCap:i maxResponseBytes:i headers:{%s}
         readability:b useTrustedEnvProxy:b ssrfPolicy:@2}} media:{models:[{provider:s model:s capabilities:@65
         type:@66 command:s args:[s prompt:s maxChars:i maxBytes:i timeoutSeconds:i language:s
         providerOptions:@67 deepgram:@68 baseUrl:s headers:{%s} profile:s preferredProfile:s request:@69}
         concurrency:i image:@75 audio:{enabled:b scope:@72 maxBytes:i maxChars:i prompt:s timeoutSeconds:i
         language:s providerOptions:@67 deepgram:@68 baseUrl:s headers:{%s} attachments:@73 models:@74
         preferredModel:s request:@69 echoTranscript:b echoFormat:s} video:@75} links:{enabled:b scope:@72
         maxLinks:i timeoutSeconds:i models:[{type:'cli' command:s args:[s timeoutSeconds:i}}
         message:{allowCrossContextSend:b crossContext:@64 broadcast:{enabled:b} actions:{allow:[s}}
         agentToAgent:{enabled:b allow:[s} elevated:@46 exec:{host:'sandbox|gateway|node|auto' security:@47
         ask:@48 node:s pathPrepend:[s safeBins:[s backgroundMs:i timeoutSec:i cleanupMs:i notifyOnExit:b
         applyPatch:{enabled:b allowModels:[s workspaceOnly:b} mode:@59 strictInlineEval:b commandHighlighting:b
         grantExpiryDays:i safeBinTrustedDirs:[s safeBinProfiles:@60 reviewer:@61 approvalRunningNoticeMs:i
         timeoutSeconds:i notifyOnExitEmptySuccess:b} subagents:{tools:@49} sandbox:{tools:@49}
         toolsBySender:{%@49} github:@62 sessions:{visibility:'self|tree|agent|all'} loopDetection:{enabled:b}
         toolSearch:(b {enabled:b mode:'code|tools|directory' codeTimeoutMs:i searchDefaultLimit:i
         maxSearchLimit:i}) codeMode:@57 swarm:@58 fs:@63 sessions_spawn:{attachments:{enabled:b maxTotalBytes:n
         maxFiles:n maxFileBytes:n retainOnSessionKeep:b}} updatePlan:b}
        bindings [{agentId:s match:{channel:s accountId:s peer:{kind:'dm|group|channel|direct' id:s} guildId:s
         teamId:s roles:[s} type:'route|acp' comment:s session:{dmScope:@76 groupScope:@77} acp:{mode:@50
         label:s cwd:s backend:s}}
        broadcast {strategy:'parallel|sequential' %([s {agents:[s mentionGating:b maxRounds:i maxTurns:i})}
        audio {transcription:{command:[s timeoutSeconds:i}}
        media {preserveFilenames:b}
        messages {messagePrefix:s responsePrefix:s groupChat:{mentionPatterns:[s historyLimit:i
         unmentionedInbound:@56 visibleReplies:@78} queue:{mode:@79 byChannel:{whatsapp:@79 telegram:@79
         discord:@79 slack:@79 mattermost:@79 signal:@79 imessage:@79 msteams:@79 webchat:@79 irc:@80
         googlechat:@80 matrix:@80} debounceMs:i debounceMsByChannel:{%i} cap:i drop:'old|new|summarize'}
         inbound:{debounceMs:i byChannel:{%i}} ackReaction:s ackReactionScope:@81 removeAckAfterReply:b
         tts:{auto:@52 enabled:b mode:'final|all' provider:'elevenlabs|openai|edge' summaryModel:s
         modelOverrides:@55 elevenlabs:@83 openai:@84 edge:@85 prefsPath:s maxTextLength:i timeoutMs:i}
         visibleReplies:@78 usageTemplate:(s {%*}) responseUsage:(@86 {%@86}) statusReactions:{enabled:b}}
        commands {native:(b 'auto') nativeSkills:(b 'auto') text:b bash:b bashForegroundMs:i config:b debug:b
         restart:b useAccessGroups:b mcp:b plugins:b ownerAllowFrom:[(s n) allowFrom:{%[(s n)}}
        approvals {exec:@87 plugin:@87}
        session {scope:'per-sender|global' dmScope:@76 identityLinks:{%[s} resetTriggers:[s idleMinutes:i
         reset:@88 resetByType:{dm:{mode:'daily|idle' atHour:i idleMinutes:i} group:@88 thread:@88
         direct:{mode:'none|daily|idle' atHour:i idleMinutes:i}} resetByChannel:{%@88} store:s
         typingIntervalSeconds:i typingMode:@25 mainKey:s sendPolicy:@72 agentToAgent:{maxPingPongTurns:i}
         groupScope:@77 notifyOnCreate:b threadBindings:@89 sharing:{readOnly:b suggest:b drafts:b}
         maintenance:{mode:'enforce|warn' coldStorage:{enabled:b afterDays:i} pruneAfter:(s n)
         archiveDashboardAfter:(s n f) maxEntries:i preserveRecent:(s n f) resetArchiveRetention:(s n f)
         maxDiskBytes:(s n f) highWaterBytes:(s n)}}
        cron {enabled:b store:s maxConcurrentRuns:i skipMissedJobs:b triggers:{enabled:b} webhookToken:@4
         webhookSsrfPolicy:@2 sessionRetention:(s f) failureAlert:{enabled:b after:i cooldownMs:i
         includeSkipped:b mode:'announce|webhook' accountId:s channel:s to:s}}
        hooks {enabled:b path:s token:s maxBodyBytes:i presets:[s transformsDir:s mappings:[{id:s match:{path:s
         source:s %*} action:'wake|agent' wakeMode:'now|next-heartbeat' name:s sessionKey:s messageTemplate:s
         textTemplate:s deliver:b allowUnsafeExternalContent:b channel:s to:s model:s thinking:s
         timeoutSeconds:i transform:{module:s export:s} agentId:s sessionMode:'isolated|persistent' forEach:s}
         gmail:{account:s label:s topic:s subscription:s pushToken:s hookUrl:s includeBody:b maxBytes:i
         renewEveryMinutes:i allowUnsafeExternalContent:b serve:{bind:s port:i path:s} tailscale:{mode:@90
         path:s target:s} model:s thinking:'off|minimal|low|medium|high'} internal:{enabled:b handlers:[{event:s
         module:s export:s} entries:{%{enabled:b env:{%s} %*}} load:{extraDirs:[s} installs:{%{source:@91 spec:s
         sourcePath:s installPath:s version:s installedAt:s hooks:[s}}} defaultSessionKey:s
         allowRequestSessionKey:b allowedSessionKeyPrefixes:[s allowedAgentIds:[s}
        web {enabled:b heartbeatSeconds:i reconnect:{initialMs:n maxMs:n factor:n jitter:n maxAttempts:i}}
        channels.defaults {groupPolicy:@92 contextVisibility:@93 heartbeatVisibility:@94 botLoopProtection:@95
         implicitMentions:@96}
        channels.modelByChannel {%{%s}}
        channels.a2a {enabled:b configWrites:b advertisedUrl:s replyTimeoutMs:i rateLimitPerMinute:i
         exposeAgents:[s peers:{%{token:s url:s outboundToken:s}}}
        channels.buzz {name:s enabled:b configWrites:b responsePrefix:s replyToMode:'off|all' markdown:@97
         relayUrl:s privateKey:@98 authTag:@98 groupPolicy:@92 groupAllowFrom:[(s n) groups:@99 historyLimit:i
         defaultTo:s accounts:{%{name:s enabled:b configWrites:b responsePrefix:s replyToMode:'off|all'
         markdown:@97 relayUrl:s privateKey:@98 authTag:@98 groupPolicy:@92 groupAllowFrom:[(s n) groups:@99
         historyLimit:i defaultTo:s}} defaultAccount:s}
        channels.clickclack {name:s enabled:b configWrites:b mediaMaxMb:n responsePrefix:s baseUrl:s
         apiBaseUrl:s token:@98 tokenFile:s workspace:s botUserId:s agentId:s replyMode:@100 model:s
         systemPrompt:s toolsAllow:[s defaultTo:s allowFrom:[s allowBots:@101 botLoopProtection:@95
         reconnectMs:i agentActivity:b nativeProgress:b commandMenu:b requireMention:b mentionPatterns:[s
         groups:@102 discussions:@103 historyLimit:i accounts:{%{name:s enabled:b configWrites:b mediaMaxMb:n
         responsePrefix:s baseUrl:s apiBaseUrl:s token:@98 tokenFile:s workspace:s botUserId:s agentId:s
         replyMode:@100 model:s systemPrompt:s toolsAllow:[s defaultTo:s allowFrom:[s allowBots:@101
         botLoopProtection:@95 reconnectMs:i agentActivity:b nativeProgress:b commandMenu:b requireMention:b
         mentionPatterns:[s groups:@102 discussions:@103}} defaultAccount:s}
        channels.discord {name:s capabilities:[s markdown:@97 configWrites:b enabled:b dmPolicy:@104
         allowFrom:[(s n) defaultTo:s groupPolicy:@92 mentionPatterns:@105 contextVisibility:@93 historyLimit:i
         dmHistoryLimit:i dms:@106 textChunkLimit:i streaming:(b @107 @112) heartbeatVisibility:@94
         healthMonitor:{enabled:b} responsePrefix:s mediaMaxMb:n replyToMode:@113 joinIntro:b commands:@114
         token:@98 apiRoot:s shard:[i
         applicationId:s activities:@115 proxy:s allowBots:@101 botLoopProtection:@95
         dangerouslyAllowNameMatching:b mentionAliases:{%s} suppressEmbeds:b maxLinesPerMessage:i actions:@116
         thread:@117 dm:@118 guilds:@120 execApprovals:@122 agentComponents:@123 slashCommand:@124
         threadBindings:@89 intents:@125 voice:@127 pluralkit:@128 ackReaction:s ackReactionScope:@81 activity:s
         status:@129 autoPresence:@130 activityType:n activityUrl:s inboundWorker:@131 accounts:{%{name:s
         capabilities:[s markdown:@97 configWrites:b enabled:b dmPolicy:@104 allowFrom:[(s n) defaultTo:s
         groupPolicy:@92 mentionPatterns:@105 contextVisibility:@93 historyLimit:i dmHistoryLimit:i dms:@106
         textChunkLimit:i streaming:(b @107 @112) heartbeatVisibility:@94 healthMonitor:{enabled:b} responsePrefix:s
         mediaMaxMb:n replyToMode:@113 joinIntro:b commands:@114 token:@98 apiRoot:s shard:[i
         applicationId:s activities:@115
         proxy:s allowBots:@101 botLoopProtection:@95 dangerouslyAllowNameMatching:b mentionAliases:{%s}
         suppressEmbeds:b maxLinesPerMessage:i actions:@116 thread:@117 dm:@118 guilds:@120 execApprovals:@122
         agentComponents:@123 slashCommand:@124 threadBindings:@89 intents:@125 voice:@127 pluralkit:@128
         ackReaction:s ackReactionScope:@81 activity:s status:@129 autoPresence:@130 activityType:n
         activityUrl:s inboundWorker:@131 groupAllowFrom:[(s n) chunkMode:@108 blockStreaming:b
         blockStreamingCoalesce:@23 heartbeat:@94 retry:@132
         streamMode:@207}} defaultAccount:s groupAllowFrom:[(s n)
         chunkMode:@108 blockStreaming:b blockStreamingCoalesce:@23 heartbeat:@94 retry:@132
         streamMode:@207}
        channels.feishu {enabled:b defaultAccount:s stickerSets:{%{%[s}} appId:s appSecret:@98 encryptKey:@98
         verificationToken:@98 domain:s connectionMode:@133 webhookPath:s webhookHost:s webhookPort:i
         capabilities:[s markdown:@134 configWrites:b contextVisibility:@93 replyToMode:@113 responsePrefix:s
         dmPolicy:@104 allowFrom:[(s n) groupPolicy:@135 groupAllowFrom:[(s n) groupSenderAllowFrom:[(s n)
         requireMention:b groups:@138 historyLimit:i dmHistoryLimit:i dms:@139 textChunkLimit:i mediaMaxMb:n
         httpTimeoutMs:i heartbeatVisibility:@140 renderMode:@141 streaming:@142 tools:@143 actions:@144
         replyInThread:@137 reactionNotifications:@145 typingIndicator:b resolveSenderNames:b allowBots:b
         vcAutoJoin:b tts:@146 groupSessionScope:@136 topicSessionMode:@137 dynamicAgentCreation:{enabled:b
         workspaceTemplate:s agentDirTemplate:s maxAgents:i} accounts:{%{enabled:b name:s appId:s appSecret:@98
         encryptKey:@98 verificationToken:@98 domain:s connectionMode:@133 webhookPath:s webhookHost:s
         webhookPort:i capabilities:[s markdown:@134 configWrites:b contextVisibility:@93 replyToMode:@113
         responsePrefix:s dmPolicy:@104 allowFrom:[(s n) groupPolicy:@135 groupAllowFrom:[(s n)
         groupSenderAllowFrom:[(s n) requireMention:b groups:@138 historyLimit:i dmHistoryLimit:i dms:@139
         textChunkLimit:i mediaMaxMb:n httpTimeoutMs:i heartbeatVisibility:@140 renderMode:@141 streaming:@142
         tools:@143 actions:@144 replyInThread:@137 reactionNotifications:@145 typingIndicator:b
         resolveSenderNames:b allowBots:b vcAutoJoin:b tts:@146 groupSessionScope:@136 topicSessionMode:@137}}}
        channels.googlechat {name:s capabilities:[s markdown:@97 configWrites:b enabled:b dmPolicy:@104
         allowFrom:[(s n) defaultTo:s groupAllowFrom:[(s n) groupPolicy:@92 contextVisibility:@93 historyLimit:i
         dmHistoryLimit:i dms:@106 textChunkLimit:i streaming:@147 heartbeatVisibility:@94
         healthMonitor:{enabled:b} responsePrefix:s mediaMaxMb:n replyToMode:@113 allowBots:b
         botLoopProtection:@95 dangerouslyAllowNameMatching:b requireMention:b groups:@148 serviceAccount:@149
         serviceAccountFile:s audienceType:@150 audience:s appPrincipal:s webhookPath:s webhookUrl:s botUser:s
         dm:@151 typingIndicator:@152 accounts:{%{name:s capabilities:[s markdown:@97 configWrites:b enabled:b
         dmPolicy:@104 allowFrom:[(s n) defaultTo:s groupAllowFrom:[(s n) groupPolicy:@92 contextVisibility:@93
         historyLimit:i dmHistoryLimit:i dms:@106 textChunkLimit:i streaming:@147 heartbeatVisibility:@94
         healthMonitor:{enabled:b} responsePrefix:s mediaMaxMb:n replyToMode:@113 allowBots:b
         botLoopProtection:@95 dangerouslyAllowNameMatching:b requireMention:b groups:@148 serviceAccount:@149
         serviceAccountFile:s audienceType:@150 audience:s appPrincipal:s webhookPath:s webhookUrl:s botUser:s
         dm:@151 typingIndicator:@152 chunkMode:@108 blockStreaming:b blockStreamingCoalesce:@23 heartbeat:@94
         actions:@153}} defaultAccount:s chunkMode:@108 blockStreaming:b blockStreamingCoalesce:@23
         heartbeat:@94 actions:@153}
        channels.imessage {name:s capabilities:[s markdown:@97 configWrites:b enabled:b dmPolicy:@104
         allowFrom:[(s n) defaultTo:s groupAllowFrom:[(s n) groupPolicy:@92 contextVisibility:@93 historyLimit:i
         dmHistoryLimit:i dms:@106 textChunkLimit:i streaming:@147 heartbeatVisibility:@94
         healthMonitor:{enabled:b} responsePrefix:s mediaMaxMb:n cliPath:s dbPath:s remoteHost:s actions:@154
         service:@155 sendTransport:@156 region:s includeAttachments:b attachmentRoots:[s
         remoteAttachmentRoots:[s probeTimeoutMs:i sendReadReceipts:b reactionNotifications:@145 catchup:@157
         groups:@158 accounts:{%{name:s capabilities:[s markdown:@97 configWrites:b enabled:b dmPolicy:@104
         allowFrom:[(s n) defaultTo:s groupAllowFrom:[(s n) groupPolicy:@92 contextVisibility:@93 historyLimit:i
         dmHistoryLimit:i dms:@106 textChunkLimit:i streaming:@147 heartbeatVisibility:@94
         healthMonitor:{enabled:b} responsePrefix:s mediaMaxMb:n cliPath:s dbPath:s remoteHost:s actions:@154
         service:@155 sendTransport:@156 region:s includeAttachments:b attachmentRoots:[s
         remoteAttachmentRoots:[s probeTimeoutMs:i sendReadReceipts:b reactionNotifications:@145 catchup:@157
         groups:@158 chunkMode:@108 blockStreaming:b blockStreamingCoalesce:@23 heartbeat:@94}} defaultAccount:s
         chunkMode:@108 blockStreaming:b blockStreamingCoalesce:@23 heartbeat:@94}
        channels.irc {name:s enabled:b configWrites:b healthMonitor:{enabled:b} replyToMode:@113
         dangerouslyAllowNameMatching:b host:s port:i tls:b nick:s username:s realname:s password:s
         passwordFile:s nickserv:@159 dmPolicy:@104 allowFrom:[(s n) groupPolicy:@92 groupAllowFrom:[(s n)
         groups:@160 channels:[s markdown:@97 historyLimit:i dmHistoryLimit:i contextVisibility:@93 dms:@106
         textChunkLimit:i streaming:@147 responsePrefix:s mediaMaxMb:n accounts:{%{name:s enabled:b
         configWrites:b healthMonitor:{enabled:b} replyToMode:@113 dangerouslyAllowNameMatching:b host:s port:i
         tls:b nick:s username:s realname:s password:s passwordFile:s nickserv:@159 dmPolicy:@104 allowFrom:[(s
         n) groupPolicy:@92 groupAllowFrom:[(s n) groups:@160 channels:[s markdown:@97 historyLimit:i
         dmHistoryLimit:i contextVisibility:@93 dms:@106 textChunkLimit:i streaming:@147 responsePrefix:s
         mediaMaxMb:n}} defaultAccount:s}
        channels.line {enabled:b configWrites:b joinIntro:b historyLimit:i channelAccessToken:s channelSecret:s
         tokenFile:s secretFile:s name:s allowFrom:[(s n) groupAllowFrom:[(s n) dmPolicy:@104 groupPolicy:@92
         responsePrefix:s replyToMode:@161 streaming:@147 mediaMaxMb:n webhookPath:s threadBindings:@89
         groups:@162 accounts:{%{enabled:b configWrites:b joinIntro:b historyLimit:i channelAccessToken:s
         channelSecret:s tokenFile:s secretFile:s name:s allowFrom:[(s n) groupAllowFrom:[(s n) dmPolicy:@104
         groupPolicy:@92 responsePrefix:s replyToMode:@161 streaming:@147 mediaMaxMb:n webhookPath:s
         threadBindings:@89 groups:@162}} defaultAccount:s}
        channels.matrix {name:s enabled:b configWrites:b joinIntro:b defaultAccount:s accounts:{%{joinIntro:b
         accessToken:@98 password:@98 %*}} markdown:@97 homeserver:s network:@163 proxy:s userId:s
         accessToken:@98 password:@98 deviceId:s deviceName:s avatarUrl:s initialSyncLimit:n encryption:b
         allowlistOnly:b dangerouslyAllowNameMatching:b allowBots:@101 botLoopProtection:@95 groupPolicy:@92
         mentionPatterns:@105 contextVisibility:@93 streaming:{mode:'partial|quiet|progress|off' chunkMode:@108
         block:@111 progress:@164 preview:{toolProgress:b}} replyToMode:@113 threadReplies:@165 textChunkLimit:n
         responsePrefix:s ackReaction:s ackReactionScope:'group-mentions|group-all|direct|all|none|off'
         reactionNotifications:'off|own' threadBindings:@89 startupVerification:'off|if-unverified'
         startupVerificationCooldownHours:n mediaMaxMb:n historyLimit:i autoJoin:'always|allowlist|off'
         autoJoinAllowlist:[(s n) groupAllowFrom:[(s n) dm:{enabled:b policy:@104 allowFrom:[(s n)
         sessionScope:'per-user|per-room' threadReplies:@165} execApprovals:@166 groups:@167 rooms:@167
         actions:{reactions:b messages:b pins:b profile:b memberInfo:b channelInfo:b verification:b}}
        channels.mattermost {name:s capabilities:[s dangerouslyAllowNameMatching:b markdown:@97 enabled:b
         configWrites:b contextVisibility:@93 historyLimit:i mediaMaxMb:n botToken:@98 baseUrl:s chatmode:@168
         oncharPrefixes:[s requireMention:b implicitMentions:@96 dmPolicy:@104 allowFrom:[(s n)
         groupAllowFrom:[(s n) groupPolicy:@92 textChunkLimit:i streaming:@169 replyToMode:@113
         replyToModeByChatType:@170 responsePrefix:s actions:@171 commands:@172 interactions:@173 groups:@174
         network:@163 dmChannelRetry:@175 accounts:{%{name:s capabilities:[s dangerouslyAllowNameMatching:b
         markdown:@97 enabled:b configWrites:b contextVisibility:@93 historyLimit:i mediaMaxMb:n botToken:@98
         baseUrl:s chatmode:@168 oncharPrefixes:[s requireMention:b implicitMentions:@96 dmPolicy:@104
         allowFrom:[(s n) groupAllowFrom:[(s n) groupPolicy:@92 textChunkLimit:i streaming:@169 replyToMode:@113
         replyToModeByChatType:@170 responsePrefix:s actions:@171 commands:@172 interactions:@173 groups:@174
         network:@163 dmChannelRetry:@175}} defaultAccount:s}
        channels.msteams {capabilities:[s markdown:@97 configWrites:b enabled:b dmPolicy:@104 allowFrom:[(s n)
         defaultTo:s groupAllowFrom:[(s n) groupPolicy:@92 contextVisibility:@93 historyLimit:i dmHistoryLimit:i
         dms:@106 textChunkLimit:i streaming:@112 heartbeatVisibility:@94 healthMonitor:{enabled:b}
         responsePrefix:s mediaMaxMb:n dangerouslyAllowNameMatching:b appId:s appPassword:@98 tenantId:s
         cloud:'Public|USGov|USGovDoD|China' serviceUrl:s authType:'secret|federated' certificatePath:s
         certificateThumbprint:s useManagedIdentity:b managedIdentityClientId:s webhook:@176 typingIndicator:b
         mediaAllowHosts:[s mediaAuthAllowHosts:[s graphMediaFallback:b requireMention:b replyStyle:@177
         teams:{%{requireMention:b tools:@49 toolsBySender:{%@49} replyStyle:@177 channels:{%{requireMention:b
         tools:@49 toolsBySender:{%@49} replyStyle:@177}}}} sharePointSiteId:s welcomeCard:b promptStarters:[s
         groupWelcomeCard:b feedbackEnabled:b feedbackReflection:b feedbackReflectionCooldownMs:i
         delegatedAuth:@178 sso:{enabled:b connectionName:s} name:s chunkMode:@108 blockStreaming:b
         blockStreamingCoalesce:@23 heartbeat:@94 accounts:{%{name:s capabilities:[s markdown:@179 enabled:b
         configWrites:b dmPolicy:@104 allowFrom:[(s n) groupAllowFrom:[(s n) groupPolicy:@92 historyLimit:i
         dmHistoryLimit:i dms:@106 textChunkLimit:i chunkMode:@108 blockStreaming:b blockStreamingCoalesce:@23
         mediaMaxMb:n heartbeat:@94 appId:s appPassword:s tenantId:s webhook:@176 mediaAllowHosts:[s
         requireMention:b replyStyle:@177 teams:{%{requireMention:b tools:@49 replyStyle:@177
         channels:{%{requireMention:b tools:@49 replyStyle:@177}}}} sharePointSiteId:s}} defaultAccount:s}
        channels.nextcloud-talk {name:s enabled:b configWrites:b replyToMode:@113 markdown:@97 baseUrl:s
         botSecret:@98 botSecretFile:s apiUser:s apiPassword:@98 apiPasswordFile:s dmPolicy:@104 webhookPort:i
         webhookHost:s webhookPath:s webhookPublicUrl:s allowFrom:[s groupAllowFrom:[s groupPolicy:@92
         rooms:@180 network:@163 historyLimit:i dmHistoryLimit:i contextVisibility:@93 dms:@106 textChunkLimit:i
         streaming:@147 responsePrefix:s mediaMaxMb:n accounts:{%{name:s enabled:b configWrites:b
         replyToMode:@113 markdown:@97 baseUrl:s botSecret:@98 botSecretFile:s apiUser:s apiPassword:@98
         apiPasswordFile:s dmPolicy:@104 webhookPort:i webhookHost:s webhookPath:s webhookPublicUrl:s
         allowFrom:[s groupAllowFrom:[s groupPolicy:@92 rooms:@180 network:@163 historyLimit:i dmHistoryLimit:i
         contextVisibility:@93 dms:@106 textChunkLimit:i streaming:@147 responsePrefix:s mediaMaxMb:n}}
         defaultAccount:s}
        channels.nostr {name:s defaultAccount:s enabled:b configWrites:b markdown:@97 privateKey:@98 relays:[s
         dmPolicy:@104 allowFrom:[(s n) profile:{name:s displayName:s about:s picture:s banner:s website:s
         nip05:s lud16:s}}
        channels.qa-channel {name:s enabled:b configWrites:b mediaMaxMb:n responsePrefix:s baseUrl:s botUserId:s
         botDisplayName:s pollTimeoutMs:i allowFrom:[(s n) groupPolicy:@181 groupAllowFrom:[(s n) groups:@182
         defaultTo:s actions:@183 historyLimit:i accounts:{%{name:s enabled:b configWrites:b mediaMaxMb:n
         responsePrefix:s baseUrl:s botUserId:s botDisplayName:s pollTimeoutMs:i allowFrom:[(s n)
         groupPolicy:@181 groupAllowFrom:[(s n) groups:@182 defaultTo:s actions:@183}} defaultAccount:s}
        channels.raft {name:s enabled:b configWrites:b profile:s accounts:{%{name:s enabled:b configWrites:b
         profile:s}} defaultAccount:s}
        channels.reef {enabled:b configWrites:b relayUrl:s handle:s email:s guard:{provider:'openai|anthropic'
         authMode:'oauth|api-key' authProfileId:s pinnedModel:s policyVersion:s timeoutMs:i rules:{outbound:s
         inbound:s} apiKeyEnv:s} stateDir:s requestPolicy:'code-only|friends-of-friends|open' friends:*}
        channels.signal {name:s capabilities:[s markdown:@97 configWrites:b enabled:b dmPolicy:@104
         allowFrom:[(s n) defaultTo:s groupAllowFrom:[(s n) groupPolicy:@92 contextVisibility:@93 historyLimit:i
         dmHistoryLimit:i dms:@106 textChunkLimit:i streaming:@147 heartbeatVisibility:@94
         healthMonitor:{enabled:b} responsePrefix:s mediaMaxMb:n replyToMode:@113 account:s accountUuid:s
         transport:@185 ignoreAttachments:b sendReadReceipts:b aliases:{%s} groups:@186
         replyToModeByChatType:@187 reactionNotifications:@119 reactionAllowlist:[(s n) reactionLevel:@188
         actions:@153 accounts:{%{name:s capabilities:[s markdown:@97 configWrites:b enabled:b dmPolicy:@104
         allowFrom:[(s n) defaultTo:s groupAllowFrom:[(s n) groupPolicy:@92 contextVisibility:@93 historyLimit:i
         dmHistoryLimit:i dms:@106 textChunkLimit:i streaming:@147 heartbeatVisibility:@94
         healthMonitor:{enabled:b} responsePrefix:s mediaMaxMb:n replyToMode:@113 account:s accountUuid:s
         transport:@185 ignoreAttachments:b sendReadReceipts:b aliases:{%s} groups:@186
         replyToModeByChatType:@187 reactionNotifications:@119 reactionAllowlist:[(s n) reactionLevel:@188
         actions:@153 chunkMode:@108 blockStreaming:b blockStreamingCoalesce:@23 heartbeat:@94 httpUrl:s
         httpHost:s httpPort:i cliPath:s autoStart:b startupTimeoutMs:i receiveMode:@184 ignoreStories:b}}
         defaultAccount:s chunkMode:@108 blockStreaming:b blockStreamingCoalesce:@23 heartbeat:@94 httpUrl:s
         httpHost:s httpPort:i cliPath:s autoStart:b startupTimeoutMs:i receiveMode:@184 ignoreStories:b}
        channels.slack {name:s capabilities:[s markdown:@97 configWrites:b enabled:b dmPolicy:@104 allowFrom:[(s
         n) defaultTo:s groupPolicy:@92 mentionPatterns:@105 contextVisibility:@93 historyLimit:i
         dmHistoryLimit:i dms:@106 textChunkLimit:i streaming:@189 heartbeatVisibility:@94
         healthMonitor:{enabled:b} responsePrefix:s mediaMaxMb:n replyToMode:@113 joinIntro:b postAs:'bot|user'
         mode:@190 relay:@191 signingSecret:@98 webhookPath:s execApprovals:@166 commands:@114 botToken:@98
         appToken:@98 userToken:@98 userTokenReadOnly:b allowBots:@101 botLoopProtection:@95
         dangerouslyAllowNameMatching:b requireMention:b implicitMentions:@96 unfurlLinks:b unfurlMedia:b
         reactionNotifications:@119 reactionAllowlist:[(s n) ackReaction:s replyToModeByChatType:@170
         thread:@192 presenceEvents:@193 actions:@194 slashCommand:@195 dm:@196 channels:@197 typingReaction:s
         accounts:{%{name:s capabilities:[s markdown:@97 configWrites:b enabled:b dmPolicy:@104 allowFrom:[(s n)
         defaultTo:s groupPolicy:@92 mentionPatterns:@105 contextVisibility:@93 historyLimit:i dmHistoryLimit:i
         dms:@106 textChunkLimit:i streaming:@189 heartbeatVisibility:@94 healthMonitor:{enabled:b}
         responsePrefix:s mediaMaxMb:n replyToMode:@113 joinIntro:b postAs:'bot|user' mode:@190 relay:@191
         signingSecret:@98 webhookPath:s execApprovals:@166 commands:@114 botToken:@98 appToken:@98
         userToken:@98 userTokenReadOnly:b allowBots:@101 botLoopProtection:@95 dangerouslyAllowNameMatching:b
         requireMention:b implicitMentions:@96 unfurlLinks:b unfurlMedia:b reactionNotifications:@119
         reactionAllowlist:[(s n) ackReaction:s replyToModeByChatType:@170 thread:@192 presenceEvents:@193
         actions:@194 slashCommand:@195 dm:@196 channels:@197 typingReaction:s groupAllowFrom:[(s n)
         chunkMode:@108 blockStreaming:b blockStreamingCoalesce:@23 heartbeat:@94}} defaultAccount:s
         groupAllowFrom:[(s n) chunkMode:@108 blockStreaming:b blockStreamingCoalesce:@23 heartbeat:@94}
        channels.sms {name:s enabled:b configWrites:b mediaMaxMb:n accountSid:s authToken:@98 fromNumber:s
         messagingServiceSid:s defaultTo:s webhookPath:s publicWebhookUrl:s
         dangerouslyDisableSignatureValidation:b dmPolicy:@104 allowFrom:[(s n) textChunkLimit:i
         accounts:{%{name:s enabled:b configWrites:b mediaMaxMb:n accountSid:s authToken:@98 fromNumber:s
         messagingServiceSid:s defaultTo:s webhookPath:s publicWebhookUrl:s
         dangerouslyDisableSignatureValidation:b dmPolicy:@104 allowFrom:[(s n) textChunkLimit:i}}
         defaultAccount:s}
        channels.synology-chat {webhookUrl:s dangerouslyAllowNameMatching:b
         dangerouslyAllowInheritedWebhookPath:b %*}
        channels.telegram {name:s capabilities:@198 markdown:@97 configWrites:b enabled:b dmPolicy:@104
         allowFrom:[(s n) defaultTo:(s n) groupAllowFrom:[(s n) groupPolicy:@92 mentionPatterns:@105
         contextVisibility:@93 historyLimit:i dmHistoryLimit:i dms:@106 textChunkLimit:i streaming:(b @107 @112)
         heartbeatVisibility:@94 healthMonitor:{enabled:b} responsePrefix:s mediaMaxMb:n replyToMode:@113
         joinIntro:b execApprovals:@166 commands:@114 customCommands:@199 botToken:@98 tokenFile:s groups:@202
         direct:@204 richMessages:b network:@205 proxy:s webhookUrl:s webhookSecret:@98 webhookPath:s
         webhookHost:s webhookPort:i webhookCertPath:s actions:@206 threadBindings:@89
         reactionNotifications:@145 reactionLevel:@188 ackReaction:s linkPreview:b silentErrorReplies:b
         errorPolicy:@200 apiRoot:s trustedLocalFileRoots:[s autoTopicLabel:@203 accounts:{%{name:s
         capabilities:@198 markdown:@97 configWrites:b enabled:b dmPolicy:@104 allowFrom:[(s n) defaultTo:(s n)
         groupAllowFrom:[(s n) groupPolicy:@92 mentionPatterns:@105 contextVisibility:@93 historyLimit:i
         dmHistoryLimit:i dms:@106 textChunkLimit:i streaming:(b @107 @112) heartbeatVisibility:@94
         healthMonitor:{enabled:b} responsePrefix:s mediaMaxMb:n replyToMode:@113 joinIntro:b execApprovals:@166
         commands:@114 customCommands:@199 botToken:@98 tokenFile:s groups:@202 direct:@204 richMessages:b
         network:@205 proxy:s webhookUrl:s webhookSecret:@98 webhookPath:s webhookHost:s webhookPort:i
         webhookCertPath:s actions:@206 threadBindings:@89 reactionNotifications:@145 reactionLevel:@188
         ackReaction:s linkPreview:b silentErrorReplies:b errorPolicy:@200 apiRoot:s trustedLocalFileRoots:[s
         autoTopicLabel:@203 chunkMode:@108 blockStreaming:b blockStreamingCoalesce:@23 heartbeat:@94
         draftChunk:@22 streamMode:@207 timeoutSeconds:i retry:@132}} defaultAccount:s chunkMode:@108
         blockStreaming:b blockStreamingCoalesce:@23 heartbeat:@94 draftChunk:@22 streamMode:@207
         timeoutSeconds:i retry:@132}
        channels.tlon {name:s enabled:b configWrites:b mediaMaxMb:n ship:s url:s code:s network:@163
         groupChannels:[s dmAllowlist:[s groupInviteAllowlist:[s autoDiscoverChannels:b showModelSignature:b
         responsePrefix:s implicitMentions:@96 autoAcceptDmInvites:b autoAcceptGroupInvites:b ownerShip:s
         historyLimit:i authorization:{channelRules:{%{mode:'restricted|open' allowedShips:[s}}}
         defaultAuthorizedShips:[s accounts:{%{name:s enabled:b configWrites:b mediaMaxMb:n ship:s url:s code:s
         network:@163 groupChannels:[s dmAllowlist:[s groupInviteAllowlist:[s autoDiscoverChannels:b
         showModelSignature:b responsePrefix:s implicitMentions:@96 autoAcceptDmInvites:b
         autoAcceptGroupInvites:b ownerShip:s}}}
        channels.twitch {name:s enabled:b configWrites:b markdown:@97 defaultAccount:s historyLimit:i
         responsePrefix:s username:s accessToken:s clientId:s channel:s allowFrom:[s allowedRoles:@208
         requireMention:b clientSecret:s refreshToken:s expiresIn:(n 0) obtainmentTimestamp:n
         accounts:{%{username:s accessToken:s clientId:s channel:s enabled:b configWrites:b allowFrom:[s
         allowedRoles:@208 requireMention:b responsePrefix:s clientSecret:s refreshToken:s expiresIn:(n 0)
         obtainmentTimestamp:n}}}
        channels.whatsapp {capabilities:[s markdown:@97 configWrites:b enabled:b dmPolicy:@104 allowFrom:[(s n)
         defaultTo:s groupAllowFrom:[(s n) groupPolicy:@92 mentionPatterns:@105 contextVisibility:@93
         historyLimit:i dmHistoryLimit:i dms:@106 textChunkLimit:i streaming:@147 heartbeatVisibility:@94
         healthMonitor:{enabled:b} responsePrefix:s mediaMaxMb:n replyToMode:@113 sendReadReceipts:b
         selfChatMode:b groups:@158 direct:@209 reactionLevel:@188 pluginHooks:@210 accounts:{%{capabilities:[s
         markdown:@97 configWrites:b enabled:b dmPolicy:@104 allowFrom:[(s n) defaultTo:s groupAllowFrom:[(s n)
         groupPolicy:@92 mentionPatterns:@105 contextVisibility:@93 historyLimit:i dmHistoryLimit:i dms:@106
         textChunkLimit:i streaming:@147 heartbeatVisibility:@94 healthMonitor:{enabled:b} responsePrefix:s
         mediaMaxMb:n replyToMode:@113 sendReadReceipts:b selfChatMode:b groups:@158 direct:@209
         reactionLevel:@188 pluginHooks:@210 name:s authDir:s chunkMode:@108 blockStreaming:b
         blockStreamingCoalesce:@23 heartbeat:@94 messagePrefix:s ackReaction:@211 debounceMs:i
         actions:{reactions:b sendMessage:b polls:b}}} defaultAccount:s actions:{reactions:b sendMessage:b
         polls:b calls:b} name:s chunkMode:@108 blockStreaming:b blockStreamingCoalesce:@23 heartbeat:@94
         authDir:s messagePrefix:s ackReaction:@211 debounceMs:i}
        channels.zalo {name:s enabled:b configWrites:b markdown:@97 botToken:@98 tokenFile:s webhookUrl:s
         webhookSecret:@98 webhookPath:s dmPolicy:@104 allowFrom:[(s n) groupPolicy:@92 groupAllowFrom:[(s n)
         mediaMaxMb:n proxy:s responsePrefix:s historyLimit:i accounts:{%{name:s enabled:b configWrites:b
         markdown:@97 botToken:@98 tokenFile:s webhookUrl:s webhookSecret:@98 webhookPath:s dmPolicy:@104
         allowFrom:[(s n) groupPolicy:@92 groupAllowFrom:[(s n) mediaMaxMb:n proxy:s responsePrefix:s}}
         defaultAccount:s}
        channels.zalouser {name:s enabled:b configWrites:b mediaMaxMb:n markdown:@97 profile:s
         dangerouslyAllowNameMatching:b dmPolicy:@104 allowFrom:[(s n) historyLimit:i groupAllowFrom:[(s n)
         groupPolicy:@92 groups:@212 messagePrefix:s responsePrefix:s accounts:{%{name:s enabled:b
         configWrites:b mediaMaxMb:n markdown:@97 profile:s dangerouslyAllowNameMatching:b dmPolicy:@104
         allowFrom:[(s n) historyLimit:i groupAllowFrom:[(s n) groupPolicy:@92 groups:@212 messagePrefix:s
         responsePrefix:s}} defaultAccount:s}
        channels.bluebubbles {name:s capabilities:[s markdown:@179 enabled:b configWrites:b dmPolicy:@104
         allowFrom:[(s n) groupAllowFrom:[(s n) groupPolicy:@92 historyLimit:i dmHistoryLimit:i dms:@106
         textChunkLimit:i chunkMode:@108 blockStreaming:b blockStreamingCoalesce:@23 mediaMaxMb:n heartbeat:@94
         serverUrl:s password:s webhookPath:s sendReadReceipts:b groups:@213 actions:@214 accounts:{%{name:s
         capabilities:[s markdown:@179 enabled:b configWrites:b dmPolicy:@104 allowFrom:[(s n)
         groupAllowFrom:[(s n) groupPolicy:@92 historyLimit:i dmHistoryLimit:i dms:@106 textChunkLimit:i
         chunkMode:@108 blockStreaming:b blockStreamingCoalesce:@23 mediaMaxMb:n heartbeat:@94 serverUrl:s
         password:s webhookPath:s sendReadReceipts:b groups:@213 actions:@214}} defaultAccount:s}
        discovery {wideArea:{enabled:b domain:s} mdns:{mode:'off|minimal|full'}}
        canvasHost {enabled:b root:s port:i liveReload:b}
        talk {voiceId:s voiceAliases:{%s} modelId:s outputFormat:s apiKey:s interruptOnSpeech:b agentId:s
         provider:s providers:@215 realtime:{provider:s providers:@215 model:s speakerVoice:s speakerVoiceId:s
         instructions:s mode:'realtime|stt-tts|transcription'
         transport:'webrtc|provider-websocket|gateway-relay|managed-room' vadThreshold:n silenceDurationMs:i
         prefixPaddingMs:i reasoningEffort:s brain:'agent-consult|direct-tools|none'
         consultRouting:'provider-direct|force-agent-consult'} consultThinkingLevel:@20 consultFastMode:b
         speechLocale:s silenceTimeoutMs:i}
        gateway {port:i mode:@0 bind:'auto|lan|loopback|custom|tailnet' controlUi:{enabled:b basePath:s
         allowInsecureAuth:b dangerouslyDisableDeviceAuth:b experimental:{customPlugins:b} root:s
         environment:{label:s color:'teal|amber|purple|coral|pink|blue|green|red|gray'} communityInvite:b
         github:{token:@4} sessionObserver:b embedSandbox:'strict|scripts|trusted' allowExternalEmbedUrls:b
         automaticallyFetchFavicons:b allowedOrigins:[s dangerouslyAllowHostHeaderOriginFallback:b}
         auth:{mode:'token|password|none|trusted-proxy' token:@4 password:@4 allowTailscale:b
         identityScopes:{%@216} rateLimit:{maxAttempts:n windowMs:n lockoutMs:n exemptLoopback:b}
         trustedProxy:{userHeader:s requiredHeaders:[s allowUsers:[s allowLoopback:b
         cloudflareAccessOidc:{issuer:s providerId:s githubAccountIdClaim:s} deviceAutoApprove:@178}}
         trustedProxies:[s tailscale:{mode:@90 resetOnExit:b preserveFunnel:b} remote:{url:s
         transport:'ssh|direct' token:@4 password:@4 tlsFingerprint:s sshTarget:s sshIdentity:s remotePort:i
         edgeAuth:{%@4} sshHostKeyPolicy:'strict|openssh'} reload:{mode:'off|restart|hot|hybrid' debounceMs:i}
         tls:{enabled:b autoGenerate:b certPath:s keyPath:s caPath:s %*}
         http:{endpoints:{chatCompletions:{enabled:b images:{allowUrl:b urlAllowlist:[s allowedMimes:[s
         maxBytes:i maxRedirects:i timeoutMs:i}} responses:{enabled:b maxBodyBytes:i files:{allowUrl:b
         allowedMimes:[s maxBytes:i maxChars:i maxRedirects:i timeoutMs:i pdf:{maxPages:i maxPixels:i
         minTextChars:i} urlAllowlist:[s} images:{allowUrl:b allowedMimes:[s maxBytes:i maxRedirects:i
         timeoutMs:i urlAllowlist:[s} maxUrlParts:i}} securityHeaders:{strictTransportSecurity:(s f)}}
         nodes:{browser:{mode:'auto|manual|off' node:s} allowCommands:[s denyCommands:[s
         pairing:{autoApproveLocal:b autoApproveCidrs:[s sshVerify:(b {user:s identity:s timeoutMs:i cidrs:[s})}
         pluginTools:{enabled:b} allowSkills:b commands:@19} customBindHost:s publicOrigin:s
         portals:{ingress:{domain:s port:i}} cliAgents:{enabled:b} terminal:{enabled:b shell:s
         detachedSessionTimeoutSeconds:i} roles:{default:s
         definitions:{%{sessions:{others:'none|view|suggest|write'} sandbox:'inherit|required' agents:('*' [s)
         scopes:@216 accessPolicyPlugin:s}}} allowRealIpFallback:b tools:{deny:[s allow:[s}
         push:{apns:{relay:{baseUrl:s timeoutMs:i}}}}
        skills {allowBundled:[s load:{extraDirs:[s watch:b watchDebounceMs:i allowSymlinkTargets:[s}
         install:{preferBrew:b nodeManager:'npm|pnpm|yarn|bun' allowUploadedArchives:b} entries:{%{enabled:b
         apiKey:@4 env:{%s} config:{%*}}} limits:{maxCandidatesPerRoot:i maxSkillsLoadedPerSource:i
         maxSkillsInPrompt:i maxSkillsPromptChars:i maxSkillFileBytes:i}
         workshop:{autonomous:{mode:'off|propose|auto'} approvalPolicy:'pending|auto' maxPending:i
         maxSkillBytes:i}}
        plugins {enabled:b allow:[s deny:[s load:{paths:[s} slots:{memory:s contextEngine:s}
         entries:{bluebubbles:@217 copilot-proxy:@221 diagnostics-otel:@217 discord:@217
         google-antigravity-auth:@217 google-gemini-cli-auth:@217 googlechat:@217 imessage:@217 line:@217
         llm-task:{enabled:b config:{defaultProvider:s defaultModel:s defaultAuthProfileId:s allowedModels:[s
         maxTokens:n timeoutMs:n} hooks:@218 subagent:@219 llm:@220} lobster:@217 matrix:@217 mattermost:@217
         memory-core:{enabled:b config:{memoryPolicy:{excludeSessions:{hookExternalContentSources:[s channels:[s
         chatTypes:[@71}} dreaming:{enabled:b frequency:s model:s timezone:s verboseLogging:b
         storage:{mode:'inline|separate|both' separateReports:b} execution:{defaults:{model:s}}
         phases:{light:{enabled:b lookbackDays:i limit:i dedupeSimilarity:n execution:{model:s}} deep:{enabled:b
         limit:i minScore:n minRecallCount:i minUniqueQueries:i recencyHalfLifeDays:i maxAgeDays:i
         maxPromotedSnippetTokens:i maxPriorEntryLossFraction:n execution:{model:s}} rem:{enabled:b
         lookbackDays:i limit:i minPatternStrength:n execution:{model:s}}}}} hooks:@218 subagent:@219 llm:@220}
         memory-lancedb:{enabled:b config:{embedding:{apiKey:s
         model:'text-embedding-3-small|text-embedding-3-large'} dbPath:s autoCapture:b autoRecall:b}}
         msteams:@217 nextcloud-talk:@217 nostr:@217 open-prose:@217 qwen-portal-auth:@217 signal:@217
         slack:@217 telegram:@221 tlon:@217 twitch:@217 voice-call:{enabled:b config:{enabled:b
         provider:'telnyx|twilio|plivo|mock' telnyx:{apiKey:s connectionId:s publicKey:s} twilio:{accountSid:s
         authToken:s} plivo:{authId:s authToken:s} fromNumber:s toNumber:s
         inboundPolicy:'disabled|allowlist|pairing|open' allowFrom:[s inboundGreeting:s
         outbound:{defaultMode:'notify|conversation' notifyHangupDelaySec:i} maxDurationSeconds:i
         silenceTimeoutMs:i transcriptTimeoutMs:i ringTimeoutMs:i maxConcurrentCalls:i serve:{port:i bind:s
         path:s} tailscale:{mode:@90 path:s} tunnel:{provider:'none|ngrok|tailscale-serve|tailscale-funnel'
         ngrokAuthToken:s ngrokDomain:s allowNgrokFreeTierLoopbackBypass:b}
         webhookSecurity:{allowedHosts:[s trustForwardingHeaders:b trustedProxyIPs:[s}
         staleCallReaperSeconds:i streaming:{enabled:b preStartTimeoutMs:i maxPendingConnections:i
         maxPendingConnectionsPerIp:i maxConnections:i
         sttProvider:'openai-realtime' openaiApiKey:s sttModel:s silenceDurationMs:i vadThreshold:n
         streamPath:s} publicUrl:s skipSignatureVerification:b stt:{provider:'openai' model:s} tts:{auto:@52
         enabled:b mode:'final|all' provider:'openai|elevenlabs|edge' summaryModel:s modelOverrides:@55
         elevenlabs:@83 openai:@84 edge:@85 prefsPath:s maxTextLength:i timeoutMs:i} store:s responseModel:s
         responseSystemPrompt:s responseTimeoutMs:i}} whatsapp:@217 zalo:@217 zalouser:@217 a2a:@222
         active-memory:{enabled:b hooks:@218 subagent:@219 llm:@220 config:{enabled:b mode:'escalate|always|off'
         agents:[s model:s modelFallback:s modelFallbackPolicy:'default-remote|resolved-only'
         allowedChatTypes:['direct|group|channel|explicit' allowedChatIds:[s deniedChatIds:[s
         thinking:'off|minimal|low|medium|high|xhigh|adaptive|max' fastMode:(b 'auto') timeoutMs:i
         setupGraceTimeoutMs:i queryMode:'message|recent|full'
         promptStyle:'balanced|strict|contextual|recall-heavy|precision-heavy|preference-only' toolsAllow:[s
         promptOverride:s promptAppend:s maxSummaryChars:i recentUserTurns:i recentAssistantTurns:i
         recentUserChars:i recentAssistantChars:i logging:b persistTranscripts:b transcriptDir:s cacheTtlMs:i
         circuitBreakerMaxTimeouts:i circuitBreakerCooldownMs:i}} admin-http-rpc:@222 alibaba:@222
         anthropic:{enabled:b hooks:@218 subagent:@219 llm:@220 config:{sessionCatalog:{enabled:b}}}
         apple-fm:@222 azure-speech:{enabled:b hooks:@218 subagent:@219 llm:@220 config:{apiKey:s region:s
         endpoint:s baseUrl:s voice:s lang:s outputFormat:s voiceNoteOutputFormat:s}} beam:{enabled:b hooks:@218
         subagent:@219 llm:@220 config:{mirror:{endpoint:s token:(s {%*}) catalogs:[s pollSeconds:n
         activeWindowMinutes:n}}} bonjour:@222 browser:@222 canvas:{enabled:b hooks:@218 subagent:@219 llm:@220
         config:{host:{enabled:b}}} clawrouter:@222 code-mode-quickjs:@222 crabbox:{enabled:b hooks:@218
         subagent:@219 llm:@220 config:{sandbox:{provider:s class:s ttl:s idleTimeout:s binary:s}
         warmImages:{refreshAfter:s retainUnused:s keepPrevious:*}}} cua-computer:{enabled:b hooks:@218
         subagent:@219 llm:@220 config:{driverPath:s}} deepgram:@222 device-pair:{enabled:b hooks:@218
         subagent:@219 llm:@220 config:{publicUrl:s}} document-extract:@222 elevenlabs:@222 fal:@222
         file-transfer:{enabled:b hooks:@218 subagent:@219 llm:@220 config:{workspaces:{%{nodeId:s
         remoteRoot:s}} policyVersion:n literalGrants:[{nodeId:s
         command:'file.fetch|file.stat|dir.list|dir.fetch|file.write|file.create' requestedPath:s
         canonicalPath:s} pendingReapprovals:[{selector:s kind:'read|write' path:s} nodes:{%{ask:@48
         allowReadPaths:[s allowWritePaths:[s denyPaths:[s maxBytes:n followSymlinks:b}}}}
         geolocation:{enabled:b hooks:@218 subagent:@219 llm:@220 config:{databaseUrl:s attributionText:s
         attributionUrl:s refreshDays:n}} github:@222 github-copilot:@222 google:{enabled:b hooks:@218
         subagent:@219 llm:@220 config:{webSearch:{apiKey:(s {%*}) model:s baseUrl:s headers:{%(s {%*})}}}}
         huggingface:{enabled:b hooks:@218 subagent:@219 llm:@220 config:{discovery:{enabled:b}}}
         imap:{enabled:b hooks:@218 subagent:@219 llm:@220 config:{accounts:{%*}}} linux-node:{enabled:b
         hooks:@218 subagent:@219 llm:@220 config:{notify:{enabled:b} camera:{enabled:b} location:{enabled:b}}}
         litellm:@222 lmstudio:@222 logbook:{enabled:b hooks:@218 subagent:@219 llm:@220
         config:{captureEnabled:b captureIntervalSeconds:n analysisIntervalMinutes:n nodeId:s screenIndex:n
         maxWidth:n visionModel:s retentionDays:n}} memory-wiki:{enabled:b hooks:@218 subagent:@219 llm:@220
         config:{vaultMode:'isolated|bridge|unsafe-local' vault:{scope:'global|agent' path:s
         renderMode:'native|obsidian'} obsidian:{enabled:b useOfficialCli:b vaultName:s openAfterWrites:b}
         bridge:{enabled:b readMemoryArtifacts:b indexDreamReports:b indexDailyNotes:b indexMemoryRoot:b
         followMemoryEvents:b} unsafeLocal:{allowPrivateMemoryCoreAccess:b paths:[s} ingest:{autoCompile:b
         maxConcurrentJobs:n allowUrlIngest:b} search:{backend:'shared|local' corpus:'wiki|memory|all'}
         context:{includeCompiledDigestPrompt:b} render:{preserveHumanBlocks:b createBacklinks:b
         createDashboards:b}}} microsoft:@222 microsoft-foundry:@222 migrate-claude:@222 migrate-hermes:@222
         minimax:{enabled:b hooks:@218 subagent:@219 llm:@220 config:{webSearch:{apiKey:(s {%*})
         region:'global|cn'}}} nvidia:@222 oc-path:@222 ollama:{enabled:b hooks:@218 subagent:@219 llm:@220
         config:{discovery:{enabled:b} nodeInference:{enabled:b} webSearch:{baseUrl:s}}} onepassword:{enabled:b
         hooks:@218 subagent:@219 llm:@220 config:{vault:s opBin:s defaultPolicy:@223 cacheTtlSeconds:i
         grantTtlHours:n opTimeoutMs:i items:{%{item:s vault:s field:s policy:@223 description:s}}}}
         openai:{enabled:b hooks:@218 subagent:@219 llm:@220 config:{personality:'friendly|on|off'}}
         opencode-go:@222 openrouter:@222 policy:{enabled:b hooks:@218 subagent:@219 llm:@220 config:{enabled:b
         workspaceRepairs:b expectedHash:s expectedAttestationHash:s path:s}} reef:@222 runway:@222
         senseaudio:@222 session-share:{enabled:b hooks:@218 subagent:@219 llm:@220 config:{share:{groups:[s}
         nodes:{%{owner:s linkGitHubIdentities:b}}}} sglang:@222 talk-voice:@222 together:@222
         tts-local-cli:@222 vault:@222 vllm:@222 web-readability:@222 webhooks:{enabled:b hooks:@218
         subagent:@219 llm:@220 config:{routes:{%*}}} workboard:@222 xai:{enabled:b hooks:@218 subagent:@219
         llm:@220 config:{webSearch:{apiKey:(s {%*}) model:s baseUrl:s inlineCitations:b} xSearch:{enabled:b
         model:s baseUrl:s inlineCitations:b maxTurns:n timeoutSeconds:n cacheTtlMinutes:n}
         codeExecution:{enabled:b model:s maxTurns:n timeoutSeconds:n}}} %{enabled:b config:{%*} hooks:@218
         subagent:@219 llm:@220}} installs:{%{source:@91 spec:s sourcePath:s installPath:s version:s
         installedAt:s}}}
        telemetry {enabled:b consentedAt:s}
        secrets {egressProxy:{enabled:b allowedHosts:[s bypassHosts:[s} providers:{%{source:@3 allowlist:[s
         path:s mode:'singleValue|json' timeoutMs:i maxBytes:i command:s args:[s noOutputTimeoutMs:i
         maxOutputBytes:i jsonOnly:b env:{%s} passEnv:[s trustedDirs:[s pluginIntegration:{pluginId:s
         integrationId:s}}} defaults:{env:s file:s exec:s store:s}}
        accessGroups {%{type:'discord.channelAudience|message.senders' guildId:s channelId:s
         membership:'canViewChannel' members:{%[s}}}
        acp {enabled:b dispatch:{enabled:b} backend:s fallbacks:[s defaultAgent:s allowedAgents:[s
         stream:{repeatSuppression:b deliveryMode:'live|final_only' tagVisibility:{%b}}
         runtime:{installCommand:s}}
        worktreeRoot s
        worktreeAcceleration b
        security {audit:{suppressions:[{checkId:s titleIncludes:s detailIncludes:s reason:s}}
         installPolicy:{enabled:b targets:['skill|plugin' exec:{source:'exec' command:s args:[s timeoutMs:i
         noOutputTimeoutMs:i maxOutputBytes:i env:{%s} passEnv:[s trustedDirs:[s}}}
        attachments {ttlHours:i}
        tts {auto:@52 enabled:b mode:'final|all' provider:s persona:s personas:@54 summaryModel:s
         modelOverrides:@55 providers:@53 maxTextLength:i timeoutMs:i}
        transcripts {enabled:b autoStart:[{providerId:s whenOccupied:b sessionId:s title:s accountId:s guildId:s
         channelId:s meetingUrl:s}}
        cloudWorkers {desktop:b preparedPool:{maxTotal:i} projectProfiles:{%s} profiles:{%{provider:s
         install:'bundle|npm' suspendAfter:s readyWorkers:i settings:{%*}}}}
        desktop {host:{enabled:b managed:b port:i passwordFile:s}}
        memory {citations:@82 search:@51 backend:'builtin|qmd' qmd:{%*}}
        mcp {sessionIdleTtlMs:n servers:@10 apps:{enabled:b sandboxOrigin:s sandboxPort:i}}
        surfaces {%{silentReply:@37}}
        proxy {enabled:b proxyUrl:s tls:{caFile:s} loopbackMode:'gateway-only|proxy|block'}
        """#
}
