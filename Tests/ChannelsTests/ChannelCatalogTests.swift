import Testing

@testable import Channels

@MainActor
struct ChannelCatalogTests {
    @Test func everyPlatformIsListedOnce() {
        #expect(Set(ChannelCatalog.all.map(\.id)).count == ChannelCatalog.all.count)
    }
}
