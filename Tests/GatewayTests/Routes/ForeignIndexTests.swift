import Core
import TestSupport
import Testing

@testable import Gateway

struct ForeignIndexTests {
    @Test(arguments: [
        ("<script>a()</script>", ["a()"]), ("<SCRIPT\n>a < b</Script >c", ["a < b"]),
        ("<script src=x.js></script><script type=module>b</script>", ["b"]),
        ("<script type='module' crossorigin SRC = './a.js'></script>", []),
        ("<script data-src=x>a</script>", ["a"]), ("<script title='> src=x'>a</script>", ["a"]),
        ("<scripted>a</scripted>", []), ("<!-- <script>a</script> --><script>b</script>", ["b"]),
        ("<script></script>", [""]), ("<script>never ended", ["never ended"]), ("<script", []), ("<!--", []),
    ])
    func `a script without a source is found`(html: String, texts: [String]) {
        let found = InlineScripts.texts(in: Array(html.utf8)).map { String(decoding: $0, as: UTF8.self) }

        #expect(found == texts)
    }

    @Test(arguments: ["<html><head></head></html>", "<HEAD></HEAD>", "no head at all", ""])
    func `the page is told before its head ends, and before all else where it has none`(html: String) {
        let index = ForeignIndex(Array(html.utf8), basePath: "/x", name: "A\"</script>", avatar: "A")
        let told = String(decoding: index.html, as: UTF8.self)

        #expect(told.contains(#"window.__OPENCLAW_CONTROL_UI_BASE_PATH__="/x";"#))
        #expect(told.contains(#"window.__OPENCLAW_ASSISTANT_NAME__="A\"\u003C/script>";"#))
        #expect(
            told.hasSuffix("</script></head></html>") || told.hasSuffix("</script></HEAD>")
                || told.hasPrefix("<script>"))
        #expect(told.replacing(/<script>.*<\/script>/, with: "") == html)
    }

    @Test
    func `no page traps`() {
        for seed in fuzzSeeds() {
            var random = SeededGenerator(seed: seed)
            let page = #"<!-- a --><head><script src="a">b</script><script>c < d</script></head><body a='b'>"#
            let bytes = Fuzz.mutated(Array(page.utf8), using: &random)

            let index = ForeignIndex(bytes, basePath: "", name: "", avatar: "")

            #expect(index.html.count > bytes.count)
        }
    }
}
