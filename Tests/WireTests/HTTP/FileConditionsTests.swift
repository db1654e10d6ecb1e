import Testing

@testable import Wire

struct FileConditionsTests {
    private static let modified = 784_111_777
    private static let date = "Sun, 06 Nov 1994 08:49:37 GMT"
    private static let earlier = "Sun, 06 Nov 1994 08:49:36 GMT"
    private static let file = FileConditions(etag: "\"v1\"", modified: modified, size: 100)

    @Test(
        arguments: [
            ("bytes=0-9", .part(0..<10)), ("bytes=90-", .part(90..<100)), ("bytes=-10", .part(90..<100)),
            ("bytes=0-1000", .part(0..<100)), ("bytes=-1000", .part(0..<100)), ("Bytes = 5-5", .part(5..<6)),
            ("bytes=100-", .unsatisfiable), ("bytes=-0", .unsatisfiable), ("bytes=9-0", .whole),
            ("bytes=a-b", .whole),
            ("bytes=0-1,5-6", .whole), ("bytes", .whole), ("bytes=", .whole), ("bytes=-", .whole),
            ("lines=0-1", .whole),
            ("bytes=+1-2", .whole), ("bytes=999999999999999999999-", .whole), ("bytes=0--1", .whole),
        ] as [(String, FileConditions.Outcome)])
    func `a range gives a part`(range: String, outcome: FileConditions.Outcome) throws {
        #expect(Self.file.evaluate(try HTTPRequestTests.request("Range: \(range)")) == outcome)
    }

    @Test(
        arguments: [
            (["If-None-Match: \"v1\""], .notModified), (["If-None-Match: W/\"v1\""], .notModified),
            (["If-None-Match: *"], .notModified), (["If-None-Match: \"v2\""], .whole),
            (["If-Modified-Since: \(date)"], .notModified), (["If-Modified-Since: \(earlier)"], .whole),
            (["If-None-Match: \"v2\"", "If-Modified-Since: \(date)"], .whole),
            (["If-Match: \"v1\""], .whole), (["If-Match: \"v2\""], .preconditionFailed),
            (["If-Match: *"], .whole),
            (["If-Match: W/\"v1\""], .preconditionFailed),
            (["If-Unmodified-Since: \(earlier)"], .preconditionFailed),
            (["If-Unmodified-Since: \(date)"], .whole), (["If-Modified-Since: yesterday"], .whole),
            (["Range: bytes=0-0", "If-Range: \"v1\""], .part(0..<1)),
            (["Range: bytes=0-0", "If-Range: \"v2\""], .whole),
            (["Range: bytes=0-0", "If-Range: W/\"v1\""], .whole),
            (["Range: bytes=0-0", "If-Range: \(date)"], .part(0..<1)),
            (["Range: bytes=0-0", "If-Range: \(earlier)"], .whole),
        ] as [([String], FileConditions.Outcome)])
    func `conditions are met in their order`(fields: [String], outcome: FileConditions.Outcome) throws {
        let request =
            fields.count == 1
            ? try HTTPRequestTests.request(fields[0]) : try HTTPRequestTests.request(fields[0], fields[1])

        #expect(Self.file.evaluate(request) == outcome)
    }

    @Test func `HEAD and an empty file have no parts`() throws {
        let head = try HTTPRequestTests.request("Range: bytes=0-0", method: "HEAD")
        let get = try HTTPRequestTests.request("Range: bytes=-5")

        #expect(Self.file.evaluate(head) == .whole)
        #expect(FileConditions(etag: nil, modified: 0, size: 0).evaluate(get) == .unsatisfiable)
    }
}
