import Core
import Testing

@testable import Agent

struct PromptBuilderTests {
    private let profile = AgentProfile(id: .main, workspace: "/data/workspace")

    @Test
    func `the prompt is the same all day`() {
        let builder = PromptBuilder(settings: Agent.AgentSettings(agents: [profile]), profile: profile)
        let noon = Timestamp(milliseconds: 1_770_000_000_000)

        #expect(builder.system(files: [], now: noon) == builder.system(files: [], now: noon + .seconds(60)))
        #expect(
            builder.system(files: [], now: noon)
                != builder.system(files: [], now: noon + .seconds(86_400 * 2)))
    }

    @Test
    func `name, time zone and extra text are in it`() {
        var profile = profile
        profile.name = "Molly"
        var settings = Agent.AgentSettings(agents: [profile])
        settings.clock.zoneName = "Europe/Stockholm"
        let prompt = PromptBuilder(settings: settings, profile: profile).system(
            files: [], extra: "Only rhymes.")

        #expect(prompt.hasPrefix("You are Molly"))
        #expect(prompt.contains("Europe/Stockholm"))
        #expect(prompt.contains("Only rhymes."))
    }

    @Test
    func `the day is the person's, and the clock is named when it was chosen`() {
        var settings = Agent.AgentSettings(agents: [profile])
        settings.clock.zone = ZoneRules(offset: 13 * 3_600)
        settings.clock.zoneName = "Pacific/Auckland"
        settings.clock.style = .twelve
        let evening = Timestamp(milliseconds: 1_795_348_800_000)  // 22 November 2026, 12:00 UTC
        let prompt = PromptBuilder(settings: settings, profile: profile).system(files: [], now: evening)

        #expect(
            prompt.hasSuffix(
                "Today is Monday, 23 November 2026. Time zone: Pacific/Auckland. Write times with a 12-hour clock."
            ))
    }

    @Test
    func `where the file tools reach is said as it is`() {
        var settings = Agent.AgentSettings(agents: [profile])
        let builder = { PromptBuilder(settings: settings, profile: profile) }
        #expect(builder().system(files: []).contains("file tools stay inside it"))

        settings.fileToolsStayInWorkspace = false
        #expect(!builder().system(files: []).contains("stay inside"))
    }

    @Test
    func `the name in the config comes before the one in the agent's own file`() {
        var profile = profile
        let identity = AgentIdentity(
            markdown: "- **Name:** Molly\n- *Emoji*: 🦞\n- Theme: (none yet)\nAvatar: `me.png`")
        #expect(identity.name == "Molly" && identity.emoji == "🦞" && identity.theme == nil)
        #expect(identity.avatar == "me.png")
        let settings = Agent.AgentSettings(agents: [profile])
        #expect(
            PromptBuilder(settings: settings, profile: profile, identity: identity).system(files: [])
                .hasPrefix("You are Molly,"))
        profile.name = "Otto"
        #expect(
            PromptBuilder(settings: settings, profile: profile, identity: identity).system(files: [])
                .hasPrefix("You are Otto,"))
    }

    @Test
    func `what a new workspace suggests is no name`() throws {
        let text = try #require(WorkspaceTemplates.all.first { $0.0 == "IDENTITY.md" }).1
        #expect(AgentIdentity(markdown: text) == AgentIdentity())
    }
}
