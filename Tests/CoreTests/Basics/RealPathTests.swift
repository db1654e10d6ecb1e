import Core
import Testing

struct RealPathTests {
    @Test(arguments: [
        ("/a/b", "/a", true), ("/a", "/a", true), ("/ab", "/a", false), ("/", "/", true), ("/x", "/", true),
        ("/a", "/a/b", false),
    ])
    func `a folder holds itself and what is below it`(path: String, folder: String, isInside: Bool) {
        #expect(RealPath.isInside(path, folder) == isInside)
    }

    @Test func `links and dots are gone, and nothing leads nowhere`() {
        #expect(RealPath.of("/usr/../usr/.") == RealPath.of("/usr"))
        #expect(RealPath.of("/nothing/there") == nil)
    }
}
