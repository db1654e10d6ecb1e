import Testing

@testable import Wire

struct Base64Tests {
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func `the examples of RFC 4648 hold both ways`(text: String, encoded: String) {
        #expect(Base64.encode(Array(text.utf8)) == encoded)
        #expect(Base64.decode(encoded) == Array(text.utf8))
    }

    @Test(arguments: 0..<200)
    func `what was encoded decodes to the same bytes`(length: Int) {
        let bytes = SecureRandom.bytes(length)

        #expect(Base64.decode(Base64.encode(bytes)) == bytes)
        #expect(Base64.decodeURL(Base64.encodeURL(bytes)) == bytes)
    }

    @Test(arguments: [
        "Z", "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Zm9v\n", " Zm9v", "Zm-v", "Zm_v", "Zg==Zg==", "====", "=",
        "Zm9vé",
    ])
    func `the strict form refuses`(text: String) {
        #expect(Base64.decode(text) == nil)
    }

    @Test(arguments: ["Z", "Zh", "Zg=", "Zm9", "Zm+v", "Zm/v", "Zg===", "Zm9v====", "Zm 9v"])
    func `the form for URLs refuses`(text: String) {
        #expect(Base64.decodeURL(text) == nil)
    }

    @Test func `the form for URLs has its own two letters and no padding`() {
        #expect(Base64.encodeURL([0xfb, 0xff, 0xfe, 0xff]) == "-__-_w")
        #expect(Base64.decodeURL("-__-_w==") == [0xfb, 0xff, 0xfe, 0xff])
    }
}
