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
        settings.timeZone = "Europe/Stockholm"
        let prompt = PromptBuilder(settings: settings, profile: profile).system(
            files: [], extra: "Only rhymes.")

        #expect(prompt.hasPrefix("You are Molly"))
        #expect(prompt.contains("Europe/Stockholm"))
        #expect(prompt.contains("Only rhymes."))
    }
}
