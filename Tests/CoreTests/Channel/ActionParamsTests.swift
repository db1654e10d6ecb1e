import Testing

@testable import Core

struct ActionParamsTests {
    @Test(
        arguments: [
            (24, 24), ("24", 24), (1.9, 1), (0, 1), (-5, 1), (.number(.infinity), nil), (1e300, nil),
            ("soon", nil),
            ("99999999999999999999", nil), (JSON(Int.max), 768), (JSON(Int.min), 1), (true, nil), (nil, nil),
        ] as [(JSON?, Int?)])
    func `a number is moved into its range, and what is none is as if it were not there`(
        written: JSON?, read: Int?
    ) {
        let params = ActionParams(.object(written.map { ["hours": $0] } ?? [:]))

        #expect(params.int("hours", in: 1...768) == read)
        #expect(params.int("other", "hours", in: 1...768) == read)
    }

    @Test(
        arguments: [(true, true), (false, false), ("true", true), ("FALSE", false), ("yes", nil), ("", nil)]
            as [(JSON, Bool?)])
    func `yes and no may be words`(written: JSON, read: Bool?) {
        #expect(ActionParams(["silent": written]).flag("silent") == read)
    }

    @Test func `blank text is as if it were not there, and one word is a list of one`() {
        let params = ActionParams([
            "message": "  ", "content": 7, "options": "now", "answers": ["a", 2, true],
        ])

        #expect(params.text("message", "content") == "7")
        #expect(params.list("options") == ["now"] && params.list("answers") == ["a", "2"])
    }
}
