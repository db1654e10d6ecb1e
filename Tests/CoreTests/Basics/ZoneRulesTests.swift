import Foundation
import TestSupport
import Testing

@testable import Core

struct ZoneRulesTests {
    private func offset(_ iso: String, _ rules: ZoneRules) throws -> Int {
        rules.offset(at: try #require(Timestamp(iso: iso)))
    }

    @Test func `before the first change, and between changes, the file says it`() throws {
        let rules = try #require(ZoneRules(tzif: ZoneFileBytes.of()))
        #expect(rules.offset(at: Timestamp(milliseconds: 0)) == 3_600)
        #expect(rules.offset(at: Timestamp(milliseconds: 999_999_999)) == 3_600)
    }

    @Test(arguments: [
        ("CET-1CEST,M3.5.0,M10.5.0/3", "2026-03-29T00:59:59Z", 3_600),
        ("CET-1CEST,M3.5.0,M10.5.0/3", "2026-03-29T01:00:00Z", 7_200),
        ("CET-1CEST,M3.5.0,M10.5.0/3", "2026-10-25T00:59:59Z", 7_200),
        ("CET-1CEST,M3.5.0,M10.5.0/3", "2026-10-25T01:00:00Z", 3_600),
        ("EST5EDT,M3.2.0,M11.1.0", "2026-03-08T06:59:59Z", -18_000),
        ("EST5EDT,M3.2.0,M11.1.0", "2026-03-08T07:00:00Z", -14_400),
        ("NZST-12NZDT,M9.5.0,M4.1.0/3", "2026-01-01T00:00:00Z", 46_800),
        ("NZST-12NZDT,M9.5.0,M4.1.0/3", "2026-07-01T00:00:00Z", 43_200),
        ("<+0545>-5:45", "2026-07-01T00:00:00Z", 20_700),
        ("UTC0", "2026-07-01T00:00:00Z", 0),
        ("A3B,J60/0,300/0", "2028-03-01T02:59:59Z", -10_800),
        ("A3B,J60/0,300/0", "2028-03-01T03:00:00Z", -7_200),
    ])
    func `after the last change the rule says it`(rule: String, moment: String, seconds: Int) throws {
        let rules = try #require(ZoneRules(tzif: ZoneFileBytes.of(rule)))
        #expect(try offset(moment, rules) == seconds)
    }

    @Test func `without a rule the last change holds`() throws {
        let rules = try #require(ZoneRules(tzif: ZoneFileBytes.of("")))
        #expect(try offset("2026-01-01T00:00:00Z", rules) == 7_200)
    }

    @Test func `what is cut or changed at any byte never traps`() {
        let file = ZoneFileBytes.of()
        for length in 0..<file.count {
            _ = ZoneRules(tzif: Array(file[..<length]))?.offset(at: Timestamp(milliseconds: .max))
            var changed = file
            changed[length] ^= 0xFF
            _ = ZoneRules(tzif: changed)?.offset(at: Timestamp(milliseconds: .min))
        }
    }

    @Test(arguments: [
        "", "CET", "CET-1CEST,", "CET-1CEST,M13.1.0,M10.5.0", "C-200", "A1B,M1.1.1,M2.1.1x", "<A-1",
    ])
    func `what is no rule is none`(text: String) { #expect(ZoneRule(text) == nil) }

    @Test func `the machine's own files are read as its library reads them`() throws {
        for name in ["Europe/Stockholm", "America/New_York", "Asia/Kathmandu", "Pacific/Auckland"] {
            let path = "/usr/share/zoneinfo/\(name)"
            guard let data = FileManager.default.contents(atPath: path), let zone = TimeZone(identifier: name)
            else {
                continue
            }
            let rules = try #require(ZoneRules(tzif: Array(data)))
            // Before 1980 they follow different books.
            for days in stride(from: 3_700, through: 40_000, by: 37) {
                let moment = Timestamp(milliseconds: Int64(days) * 86_400_000 + 43_200_000)
                let date = Date(timeIntervalSince1970: Double(moment.seconds))
                #expect(rules.offset(at: moment) == zone.secondsFromGMT(for: date), "\(name) \(date)")
            }
        }
    }
}

extension Timestamp {
    fileprivate init?(iso: String) {
        guard let date = try? Date(iso, strategy: .iso8601) else { return nil }
        self.init(milliseconds: Int64(date.timeIntervalSince1970) * 1000)
    }
}
