import Core
import Testing

struct JSONObjectTests {
    @Test func `setting, replacing and removing keep the order of the others`() {
        var object: JSONObject = ["a": 1, "b": 2, "c": 3]

        object["b"] = 5
        object["d"] = 4
        object["a"] = nil

        #expect(object.map(\.key) == ["b", "c", "d"])
        #expect(object["b"] == 5)
        #expect(object["a"] == nil)
    }

    @Test(arguments: [0, 1, 15, 16, 17, 18, 200])
    func `keys are found whatever the size, also after removing`(count: Int) {
        var object = JSONObject((0..<count).map { ("k\($0)", JSON($0)) })
        for number in stride(from: 0, to: count, by: 2) { object["k\(number)"] = nil }

        #expect(object.count == count / 2)
        #expect((0..<count).allSatisfy { object["k\($0)"] == ($0 % 2 == 1 ? JSON($0) : nil as JSON?) })
    }

    @Test func `equality and hash do not look at the order`() {
        let a: JSON = ["x": 1, "y": ["z": 2]]
        let b: JSON = ["y": ["z": 2], "x": 1]

        #expect(a == b)
        #expect(a.hashValue == b.hashValue)
        #expect(a != ["x": 1])
        #expect(a != ["x": 1, "y": ["z": 3]])
    }

    @Test(
        arguments: [
            (3, 3), (3.0, 3), (3.5, nil), (.number(1e300), nil), ("3", nil), (.integer(.max), Int.max),
            (.number(-0.0), 0),
        ] as [(JSON, Int?)])
    func `a whole number is one however it is held`(value: JSON, whole: Int?) {
        #expect(value.intValue == whole)
    }
}
