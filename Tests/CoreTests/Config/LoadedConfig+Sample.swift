import Core

extension LoadedConfig {
    /// Loads `text` as `/state/openclaw.json`, beside it the other files.
    static func sample(
        _ text: String?, files: [String: String] = [:], environment: [String: String] = [:]
    ) -> LoadedConfig {
        let loader = ConfigLoader { path in
            files[path].map { .success(Array($0.utf8)) } ?? .failure(.init(message: "no such file"))
        }
        return loader.load(
            text.map { Array($0.utf8) }, path: "/state/openclaw.json", environment: Environment(environment))
    }
}

/// The sample of the page, as a user copies it.
let pageSample = """
    {
      "agents": {
        "defaults": {
          "model": {
            "primary": "anthropic/claude-opus-4-6",
            "fallbacks": ["anthropic/claude-sonnet-4-5", "openai/gpt-4o"]
          },
          "maxConcurrent": 4
        },
        "list": [
          {
            "id": "main",
            "default": true
          }
        ]
      },
      "auth": {
        "profiles": {
          "anthropic:default": { "mode": "token", "provider": "anthropic" },
          "openai:default": { "mode": "token", "provider": "openai" }
        }
      },
      "bindings": [
        {
          "agentId": "main",
          "match": { "channel": "discord" }
        }
      ],
      "channels": {
        "discord": {
          "enabled": true,
          "groupPolicy": "allowlist",
          "guilds": {
            "YOUR_GUILD_ID": {
              "channels": { "general": { "allow": true } },
              "requireMention": false
            }
          }
        }
      },
      "gateway": {
        "mode": "local",
        "bind": "auto"
      },
      "meta": {
        "lastTouchedVersion": "2026.1.29"
      }
    }
    """
