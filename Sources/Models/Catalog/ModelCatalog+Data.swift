/// The models that are known without asking anyone. An id that is not here works too, with its family's limits.
///
/// One model a line: provider, id, name, context window and longest answer in tokens, what it takes in, how hard it can
/// think (`-` not at all, `yes` on or off, or the efforts its vendor takes), and US dollars for a million tokens: in,
/// out, read from the cache, written to the cache. Where a price rises with the length of the context, the lower one.
/// The ids of Anthropic, OpenAI and Google are those their own SDKs name; last compared, with the vendors' model and
/// price pages, in November 2026.
extension ModelCatalog {
    static let table = """
        anthropic | claude-opus-5-5 | Claude Opus 5.5 | 1000000 | 128000 | text,image | low,medium,high,xhigh,max | 4 | 20 | 0.2 | 5
        anthropic | claude-sonnet-5-5 | Claude Sonnet 5.5 | 1000000 | 128000 | text,image | low,medium,high,xhigh,max | 2 | 10 | 0.1 | 2.5
        anthropic | claude-haiku-5-5 | Claude Haiku 5.5 | 1000000 | 128000 | text,image | low,medium,high,xhigh,max | 0.1 | 0.5 | 0.01 | 0.125
        anthropic | claude-fable-5-1 | Claude Fable 5.1 | 1000000 | 128000 | text,image | low,medium,high,xhigh,max | 10 | 50 | 0.25 | 12.5
        anthropic | claude-opus-5 | Claude Opus 5 | 1000000 | 128000 | text,image | low,medium,high,xhigh,max | 5 | 25 | 0.5 | 6.25
        anthropic | claude-fable-5 | Claude Fable 5 | 1000000 | 128000 | text,image | low,medium,high,xhigh,max | 10 | 50 | 1 | 12.5
        anthropic | claude-haiku-4-5-20251001 | Claude Haiku 4.5 | 200000 | 64000 | text,image | yes | 1 | 5 | 0.1 | 1.25
        anthropic | claude-haiku-4-5 | Claude Haiku 4.5 | 200000 | 64000 | text,image | yes | 1 | 5 | 0.1 | 1.25
        anthropic | claude-opus-4-5-20251101 | Claude Opus 4.5 | 200000 | 64000 | text,image | low,medium,high | 5 | 25 | 0.5 | 6.25
        anthropic | claude-opus-4-5 | Claude Opus 4.5 | 200000 | 64000 | text,image | low,medium,high | 5 | 25 | 0.5 | 6.25
        anthropic | claude-opus-4-6 | Claude Opus 4.6 | 1000000 | 128000 | text,image | low,medium,high,max | 5 | 25 | 0.5 | 6.25
        anthropic | claude-opus-4-7 | Claude Opus 4.7 | 1000000 | 128000 | text,image | low,medium,high,xhigh,max | 5 | 25 | 0.5 | 6.25
        anthropic | claude-opus-4-8 | Claude Opus 4.8 | 1000000 | 128000 | text,image | low,medium,high,xhigh,max | 5 | 25 | 0.5 | 6.25
        anthropic | claude-sonnet-4-5-20250929 | Claude Sonnet 4.5 | 200000 | 64000 | text,image | yes | 3 | 15 | 0.3 | 3.75
        anthropic | claude-sonnet-4-5 | Claude Sonnet 4.5 | 200000 | 64000 | text,image | yes | 3 | 15 | 0.3 | 3.75
        anthropic | claude-sonnet-4-6 | Claude Sonnet 4.6 | 1000000 | 64000 | text,image | low,medium,high,max | 3 | 15 | 0.3 | 3.75
        anthropic | claude-sonnet-5 | Claude Sonnet 5 | 1000000 | 128000 | text,image | low,medium,high,xhigh,max | 2 | 10 | 0.2 | 2.5
        openai | gpt-6.2-astra | GPT-6.2 Astra | 1050000 | 128000 | text,image | low,medium,high,xhigh,max | 8 | 40 | 0.4 | 10
        openai | gpt-6.2-sol | GPT-6.2 Sol | 1050000 | 128000 | text,image | low,medium,high,xhigh,max | 2 | 10 | 0.1 | 2.5
        openai | gpt-6.1-sol | GPT-6.1 Sol | 1050000 | 128000 | text,image | low,medium,high,xhigh,max | 2 | 10 | 0.1 | 2.5
        openai | gpt-6.1-terra | GPT-6.1 Terra | 1050000 | 128000 | text,image | none,low,medium,high,xhigh,max | 1 | 5 | 0.05 | 1.25
        openai | gpt-6-astra | GPT-6 Astra | 1050000 | 128000 | text,image | low,medium,high,xhigh,max | 10 | 50 | 1 | 12.5
        openai | gpt-6-sol | GPT-6 Sol | 1050000 | 128000 | text,image | none,low,medium,high,xhigh,max | 2 | 10 | 0.2 | 2.5
        openai | gpt-6-luna | GPT-6 Luna | 1050000 | 128000 | text,image | none,low,medium,high,xhigh,max | 0.1 | 0.5 | 0.01 | 0.125
        openai | gpt-5.6-sol | GPT-5.6 Sol | 1050000 | 128000 | text,image | low,medium,high,xhigh | 4 | 20 | 0.4 | 4
        openai | gpt-5.6-terra | GPT-5.6 Terra | 1050000 | 128000 | text,image | low,medium,high,xhigh | 2 | 12 | 0.2 | 2
        openai | gpt-5.6-luna | GPT-5.6 Luna | 1050000 | 128000 | text,image | low,medium,high,xhigh | 0.2 | 1.2 | 0.02 | 0.2
        openai | gpt-4.1-mini | GPT-4.1 mini | 1047576 | 32768 | text,image | - | 0.4 | 1.6 | 0.1 | 0.4
        openai | gpt-4.1-nano | GPT-4.1 nano | 1047576 | 32768 | text,image | - | 0.1 | 0.4 | 0.025 | 0.1
        openai | gpt-4.1 | GPT-4.1 | 1047576 | 32768 | text,image | - | 2 | 8 | 0.5 | 2
        openai | gpt-4o-mini | GPT-4o mini | 128000 | 16384 | text,image | - | 0.15 | 0.6 | 0.075 | 0.15
        openai | gpt-4o | GPT-4o | 128000 | 16384 | text,image | - | 2.5 | 10 | 1.25 | 2.5
        openai | gpt-5-codex | GPT-5-Codex | 400000 | 128000 | text,image | low,medium,high | 1.25 | 10 | 0.125 | 1.25
        openai | gpt-5-mini | GPT-5 Mini | 400000 | 128000 | text,image | minimal,low,medium,high | 0.25 | 2 | 0.025 | 0.25
        openai | gpt-5-nano | GPT-5 Nano | 400000 | 128000 | text,image | minimal,low,medium,high | 0.05 | 0.4 | 0.005 | 0.05
        openai | gpt-5-pro | GPT-5 Pro | 400000 | 272000 | text,image | high | 15 | 120 | 15 | 15
        openai | gpt-5.1-codex-max | GPT-5.1 Codex Max | 400000 | 128000 | text,image | low,medium,high,xhigh | 1.25 | 10 | 0.125 | 1.25
        openai | gpt-5.1-codex | GPT-5.1 Codex | 400000 | 128000 | text,image | low,medium,high | 1.25 | 10 | 0.125 | 1.25
        openai | gpt-5.1 | GPT-5.1 | 400000 | 128000 | text,image | none,low,medium,high | 1.25 | 10 | 0.125 | 1.25
        openai | gpt-5.2-pro | GPT-5.2 Pro | 400000 | 128000 | text,image | medium,high,xhigh | 21 | 168 | 21 | 21
        openai | gpt-5.2 | GPT-5.2 | 400000 | 128000 | text,image | none,low,medium,high,xhigh | 1.75 | 14 | 0.175 | 1.75
        openai | gpt-5.3-codex | GPT-5.3 Codex | 400000 | 128000 | text,image | none,low,medium,high,xhigh | 1.75 | 14 | 0.175 | 1.75
        openai | gpt-5.4-mini | GPT-5.4 mini | 400000 | 128000 | text,image | none,low,medium,high,xhigh | 0.75 | 4.5 | 0.075 | 0.75
        openai | gpt-5.4-nano | GPT-5.4 nano | 400000 | 128000 | text,image | none,low,medium,high,xhigh | 0.2 | 1.25 | 0.02 | 0.2
        openai | gpt-5.4-pro | GPT-5.4 Pro | 1050000 | 128000 | text,image | medium,high,xhigh | 30 | 180 | 30 | 30
        openai | gpt-5.4 | GPT-5.4 | 1050000 | 128000 | text,image | none,low,medium,high,xhigh | 2.5 | 15 | 0.25 | 2.5
        openai | gpt-5.5-pro | GPT-5.5 Pro | 1050000 | 128000 | text,image | medium,high,xhigh | 30 | 180 | 30 | 30
        openai | gpt-5.5 | GPT-5.5 | 1050000 | 128000 | text,image | none,low,medium,high,xhigh | 5 | 30 | 0.5 | 5
        openai | gpt-5 | GPT-5 | 400000 | 128000 | text,image | minimal,low,medium,high | 1.25 | 10 | 0.125 | 1.25
        openai | o1 | o1 | 200000 | 100000 | text,image | low,medium,high | 15 | 60 | 7.5 | 15
        openai | o3-mini | o3-mini | 200000 | 100000 | text | low,medium,high | 1.1 | 4.4 | 0.55 | 1.1
        openai | o3-pro | o3-pro | 200000 | 100000 | text,image | low,medium,high | 20 | 80 | 20 | 20
        openai | o3 | o3 | 200000 | 100000 | text,image | low,medium,high | 2 | 8 | 0.5 | 2
        openai | o4-mini | o4-mini | 200000 | 100000 | text,image | low,medium,high | 1.1 | 4.4 | 0.275 | 1.1
        google | gemini-4-neon | Gemini 4 Neon | 1048576 | 65536 | text,image | low,medium,high,xhigh | 3 | 15 | 0.15 | 3
        google | gemini-4-hydrogen | Gemini 4 Hydrogen | 1048576 | 65536 | text,image | low,medium,high,xhigh | 1.5 | 7.5 | 0.075 | 1.5
        google | gemini-3.8-flash | Gemini 3.8 Flash | 1048576 | 65536 | text,image | low,medium,high | 0.75 | 3.75 | 0.075 | 0.75
        google | gemini-2.5-flash-lite | Gemini 2.5 Flash-Lite | 1048576 | 65536 | text,image | yes | 0.1 | 0.4 | 0.01 | 0.1
        google | gemini-2.5-flash | Gemini 2.5 Flash | 1048576 | 65536 | text,image | yes | 0.3 | 2.5 | 0.03 | 0.3
        google | gemini-2.5-pro | Gemini 2.5 Pro | 1048576 | 65536 | text,image | yes | 1.25 | 10 | 0.125 | 1.25
        google | gemini-3-flash-preview | Gemini 3 Flash Preview | 1048576 | 65536 | text,image | minimal,low,medium,high | 0.5 | 3 | 0.05 | 0.5
        google | gemini-3.1-flash-lite | Gemini 3.1 Flash Lite | 1048576 | 65536 | text,image | minimal,low,medium,high | 0.25 | 1.5 | 0.025 | 0.25
        google | gemini-3.1-pro-preview | Gemini 3.1 Pro Preview | 1048576 | 65536 | text,image | low,medium,high | 2 | 12 | 0.2 | 2
        google | gemini-3.5-flash | Gemini 3.5 Flash | 1048576 | 65536 | text,image | minimal,low,medium,high | 1.5 | 9 | 0.15 | 1.5
        openrouter | auto | OpenRouter Auto | 128000 | 32000 | text,image | yes | 0 | 0 | 0 | 0
        xai | grok-4.20-0309-non-reasoning | Grok 4.20 (Non-Reasoning) | 1000000 | 30000 | text,image | - | 1.25 | 2.5 | 0.2 | 1.25
        xai | grok-4.20-0309-reasoning | Grok 4.20 (Reasoning) | 1000000 | 30000 | text,image | yes | 1.25 | 2.5 | 0.2 | 1.25
        xai | grok-4.3 | Grok 4.3 | 1000000 | 30000 | text,image | none,low,medium,high | 1.25 | 2.5 | 0.2 | 1.25
        deepseek | deepseek-chat | DeepSeek Chat | 1000000 | 384000 | text | - | 0.14 | 0.28 | 0.0028 | 0.14
        deepseek | deepseek-reasoner | DeepSeek Reasoner | 1000000 | 384000 | text | yes | 0.14 | 0.28 | 0.0028 | 0.14
        deepseek | deepseek-v4-flash | DeepSeek V4 Flash | 1000000 | 384000 | text | high,max | 0.14 | 0.28 | 0.0028 | 0.14
        deepseek | deepseek-v4-pro | DeepSeek V4 Pro | 1000000 | 384000 | text | high,max | 0.435 | 0.87 | 0.003625 | 0.435
        mistral | magistral-medium-latest | Magistral Medium | 128000 | 16384 | text | yes | 2 | 5 | 2 | 2
        mistral | magistral-small | Magistral Small | 128000 | 128000 | text | yes | 0.5 | 1.5 | 0.5 | 0.5
        mistral | ministral-3b-latest | Ministral 3B | 128000 | 128000 | text | - | 0.04 | 0.04 | 0.04 | 0.04
        mistral | ministral-8b-latest | Ministral 8B | 128000 | 128000 | text | - | 0.1 | 0.1 | 0.1 | 0.1
        mistral | mistral-large-2512 | Mistral Large 3 | 262144 | 262144 | text,image | - | 0.5 | 1.5 | 0.5 | 0.5
        mistral | mistral-large-latest | Mistral Large | 262144 | 262144 | text,image | - | 0.5 | 1.5 | 0.5 | 0.5
        mistral | mistral-medium-2508 | Mistral Medium 3.1 | 262144 | 262144 | text,image | - | 0.4 | 2 | 0.4 | 0.4
        mistral | mistral-medium-2604 | Mistral Medium 3.5 | 262144 | 262144 | text,image | none,high | 1.5 | 7.5 | 1.5 | 1.5
        mistral | mistral-medium-latest | Mistral Medium | 262144 | 262144 | text,image | - | 0.4 | 2 | 0.4 | 0.4
        mistral | mistral-small-2506 | Mistral Small 3.2 | 128000 | 16384 | text,image | - | 0.1 | 0.3 | 0.1 | 0.1
        mistral | mistral-small-2603 | Mistral Small 4 | 256000 | 256000 | text,image | none,high | 0.15 | 0.6 | 0.15 | 0.15
        mistral | mistral-small-latest | Mistral Small | 256000 | 256000 | text,image | none,high | 0.15 | 0.6 | 0.15 | 0.15
        groq | llama-3.1-8b-instant | Llama 3.1 8B | 131072 | 131072 | text | - | 0.05 | 0.08 | 0.05 | 0.05
        groq | llama-3.3-70b-versatile | Llama 3.3 70B | 131072 | 32768 | text | - | 0.59 | 0.79 | 0.59 | 0.59
        groq | meta-llama/llama-4-scout-17b-16e-instruct | Llama 4 Scout 17B 16E | 131072 | 8192 | text,image | - | 0.11 | 0.34 | 0.11 | 0.11
        groq | openai/gpt-oss-120b | GPT OSS 120B | 131072 | 65536 | text | low,medium,high | 0.15 | 0.6 | 0.075 | 0.15
        groq | openai/gpt-oss-20b | GPT OSS 20B | 131072 | 65536 | text | low,medium,high | 0.075 | 0.3 | 0.0375 | 0.075
        groq | qwen/qwen3-32b | Qwen3-32B | 131072 | 40960 | text | none | 0.29 | 0.59 | 0.29 | 0.29
        cerebras | gpt-oss-120b | GPT OSS 120B | 131072 | 40960 | text | low,medium,high | 0.35 | 0.75 | 0.35 | 0.35
        cerebras | zai-glm-4.7 | Z.AI GLM-4.7 | 131072 | 40960 | text | none | 2.25 | 2.75 | 0 | 2.25
        moonshot | kimi-k2-thinking-turbo | Kimi K2 Thinking Turbo | 262144 | 262144 | text | yes | 1.15 | 8 | 0.15 | 1.15
        moonshot | kimi-k2-thinking | Kimi K2 Thinking | 262144 | 262144 | text | yes | 0.6 | 2.5 | 0.15 | 0.6
        moonshot | kimi-k2.5 | Kimi K2.5 | 262144 | 262144 | text,image | yes | 0.6 | 3 | 0.1 | 0.6
        moonshot | kimi-k2.6 | Kimi K2.6 | 262144 | 262144 | text,image | yes | 0.95 | 4 | 0.16 | 0.95
        moonshot | kimi-k2.7-code-highspeed | Kimi K2.7 Code HighSpeed | 262144 | 262144 | text,image | yes | 1.9 | 8 | 0.38 | 1.9
        moonshot | kimi-k2.7-code | Kimi K2.7 Code | 262144 | 262144 | text,image | yes | 0.95 | 4 | 0.19 | 0.95
        zai | glm-4.5-air | GLM-4.5-Air | 131072 | 98304 | text | yes | 0.2 | 1.1 | 0.03 | 0.2
        zai | glm-4.5-flash | GLM-4.5-Flash | 131072 | 98304 | text | yes | 0 | 0 | 0 | 0
        zai | glm-4.5 | GLM-4.5 | 131072 | 98304 | text | yes | 0.6 | 2.2 | 0.11 | 0.6
        zai | glm-4.5v | GLM-4.5V | 64000 | 16384 | text,image | yes | 0.6 | 1.8 | 0.6 | 0.6
        zai | glm-4.6 | GLM-4.6 | 204800 | 131072 | text | yes | 0.6 | 2.2 | 0.11 | 0.6
        zai | glm-4.6v | GLM-4.6V | 128000 | 32768 | text,image | yes | 0.3 | 0.9 | 0.3 | 0.3
        zai | glm-4.7-flash | GLM-4.7-Flash | 200000 | 131072 | text | yes | 0 | 0 | 0 | 0
        zai | glm-4.7-flashx | GLM-4.7-FlashX | 200000 | 131072 | text | yes | 0.07 | 0.4 | 0.01 | 0.07
        zai | glm-4.7 | GLM-4.7 | 204800 | 131072 | text | yes | 0.6 | 2.2 | 0.11 | 0.6
        zai | glm-5-turbo | GLM-5-Turbo | 200000 | 131072 | text | yes | 1.2 | 4 | 0.24 | 1.2
        zai | glm-5.1 | GLM-5.1 | 204800 | 131072 | text | yes | 1.4 | 4.4 | 0.26 | 1.4
        zai | glm-5.2 | GLM-5.2 | 204800 | 131072 | text | high,max | 1.4 | 4.4 | 0.26 | 1.4
        zai | glm-5 | GLM-5 | 204800 | 131072 | text | yes | 1 | 3.2 | 0.2 | 1
        zai | glm-5v-turbo | GLM-5V-Turbo | 200000 | 131072 | text,image | yes | 1.2 | 4 | 0.24 | 1.2
        minimax | MiniMax-M2.1 | MiniMax-M2.1 | 204800 | 131072 | text | yes | 0.3 | 1.2 | 0.3 | 0.3
        minimax | MiniMax-M2.5-highspeed | MiniMax-M2.5-highspeed | 204800 | 131072 | text | yes | 0.6 | 2.4 | 0.06 | 0.375
        minimax | MiniMax-M2.5 | MiniMax-M2.5 | 204800 | 131072 | text | yes | 0.3 | 1.2 | 0.03 | 0.375
        minimax | MiniMax-M2.7-highspeed | MiniMax-M2.7-highspeed | 204800 | 131072 | text | yes | 0.6 | 2.4 | 0.06 | 0.375
        minimax | MiniMax-M2.7 | MiniMax-M2.7 | 204800 | 131072 | text | yes | 0.3 | 1.2 | 0.06 | 0.375
        minimax | MiniMax-M2 | MiniMax-M2 | 196608 | 128000 | text | yes | 0.3 | 1.2 | 0.3 | 0.3
        minimax | MiniMax-M3 | MiniMax-M3 | 1000000 | 128000 | text,image | yes | 0.3 | 1.2 | 0.06 | 0.3
        """
}
