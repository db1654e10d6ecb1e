import Gateway
import Testing

struct ConfigLocationTests {
    @Test(
        arguments: [
            ([:], nil, [], "/home/a/.openclaw", "/home/a/.openclaw/openclaw.json"),
            (["OPENCLAW_STATE_DIR": "/data"], nil, [], "/data", "/data/openclaw.json"),
            (["OPENCLAW_STATE_DIR": "~/s/"], nil, [], "/home/a/s", "/home/a/s/openclaw.json"),
            (["OPENCLAW_STATE_DIR": "rel"], nil, [], "/work/rel", "/work/rel/openclaw.json"),
            (["OPENCLAW_STATE_DIR": ""], nil, [], "/home/a/.openclaw", "/home/a/.openclaw/openclaw.json"),
            (
                ["OPENCLAW_STATE_DIR": "/data", "OPENCLAW_CONFIG_PATH": "~/c.json"], nil, [], "/data",
                "/home/a/c.json"
            ),
            ([:], "dev", [], "/home/a/.openclaw-dev", "/home/a/.openclaw-dev/openclaw.json"),
            ([:], "default", [], "/home/a/.openclaw", "/home/a/.openclaw/openclaw.json"),
            (["OPENCLAW_PROFILE": "x"], nil, [], "/home/a/.openclaw-x", "/home/a/.openclaw-x/openclaw.json"),
            (["OPENCLAW_STATE_DIR": "/data"], "dev", [], "/data", "/data/openclaw.json"),
            (
                ["OPENCLAW_STATE_DIR": "/d"], nil, ["/d/moltbot.json", "/d/clawdbot.json"], "/d",
                "/d/moltbot.json"
            ),
            (["OPENCLAW_STATE_DIR": "/d"], nil, ["/d/clawdbot.json"], "/d", "/d/clawdbot.json"),
            (
                ["OPENCLAW_STATE_DIR": "/d"], nil, ["/d/openclaw.json", "/d/moltbot.json"], "/d",
                "/d/openclaw.json"
            ),
        ] as [([String: String], String?, [String], String, String)])
    func `state and config are found`(
        environment: [String: String], profile: String?, present: [String], state: String, config: String
    ) {
        let found = ConfigLocation.find(
            environment: environment, profile: profile, home: "/home/a", workingDirectory: "/work",
            exists: { present.contains($0) })

        #expect(found == ConfigLocation(stateDirectory: state, configPath: config))
    }
}
