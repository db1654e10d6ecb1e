import Core
import Testing

struct ConfigSchemaTests {
    @Test func `the schema is one tree of plain draft-07`() throws {
        let schema = ConfigSchema.schema

        #expect(schema["$schema"] == "http://json-schema.org/draft-07/schema#")
        #expect(schema["additionalProperties"] == false)
        let gateway = try #require(schema["properties"]?["gateway"]?["properties"])
        #expect(
            gateway["port"] == [
                "type": "integer", "minimum": 1, "maximum": 65535, "title": "Gateway Port",
                "description": "TCP port for HTTP, WebSocket and UI.",
            ])
        #expect(gateway["bind"]?["enum"] == ["auto", "lan", "loopback", "custom", "tailnet"])
        #expect(gateway["tailscale"]?["properties"]?["mode"]?["enum"] == ["off", "serve", "funnel"])
        #expect(gateway["auth"]?["additionalProperties"] == false)
        #expect(schema["properties"]?["agents"]?["properties"]?["list"]?["items"]?["required"] == ["id"])
        #expect(
            schema["properties"]?["channels"]?["properties"]?["discord"]?["properties"]?["guilds"]?["type"]
                == "object")
        #expect(
            schema["properties"]?["models"]?["properties"]?["providers"]?["additionalProperties"]?[
                "properties"]?["baseUrl"]?["type"] == "string")
        #expect(!schema.text.contains("$ref"))
    }

    @Test func `every section of both generations is in it`() {
        let sections = Set(ConfigSchema.schema["properties"]?.objectValue?.map(\.key) ?? [])

        #expect(sections.isSuperset(of: KeyTable.shared.members(at: .root).map(\.key)))
    }

    @Test func `hints name sections in order, and secrets`() {
        let hints = ConfigSchema.uiHints

        #expect(hints["gateway"]?["label"] == "Gateway")
        #expect(hints["gateway"]?["order"]?.intValue != nil)
        #expect(hints["gateway.auth.token"]?["sensitive"] == true)
        #expect(hints["gateway.auth.token"]?["label"] == "Gateway Token")
        #expect(hints["models.providers.*.apiKey"]?["sensitive"] == true)
        #expect(hints["agents.list.*.id"]?["label"] == "Id")
        #expect(hints["channels.discord.token"]?["sensitive"] == true)
        #expect(hints["plugins"]?["help"] == "No effect yet.")
        #expect(hints["gateway.port"]?["sensitive"] == nil)
    }

    @Test func `the shown config has the defaults that clients look for`() {
        let shown = LoadedConfig.sample(
            "{agents: {defaults: {maxConcurrent: 2}}, ui: {assistant: {name: 'A'}}}"
        ).config.shown

        #expect(shown["agents"]?["defaults"]?["maxConcurrent"] == 2)
        #expect(shown["agents"]?["defaults"]?["subagents"]?["maxConcurrent"] == 8)
        #expect(shown["commands"]?["native"] == "auto")
        #expect(shown["logging"]?["redactSensitive"] == "tools")
        #expect(shown["messages"]?["ackReactionScope"] == "group-mentions")
        #expect(shown["ui"] == ["assistant": ["name": "A"]])
        #expect(shown["gateway"] == nil)
    }
}
