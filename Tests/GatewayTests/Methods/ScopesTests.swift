import Core
import Testing

@testable import Gateway

struct ScopesTests {
    @Test(arguments: [
        (["operator.admin"], [Scope.none, .admin, .read, .write, .approvals, .pairing]),
        (["operator.write"], [Scope.none, .read, .write]),
        (["operator.read"], [Scope.none, .read]),
        (["operator.pairing", "operator.approvals"], [Scope.none, .approvals, .pairing]),
        (["operator.bogus"], [Scope.none]),
    ])
    func `a wider scope holds the narrower ones`(names: [String], allowed: [Scope]) {
        let scopes = Scopes(names)

        for scope in [Scope.none, .admin, .read, .write, .approvals, .pairing] {
            #expect(scopes.allow(scope) == allowed.contains(scope), "\(scope)")
        }
    }

    @Test
    func `a missing scope has the code of the client's generation`() {
        #expect(
            Scope.write.missing(in: .three).json == [
                "code": "INVALID_REQUEST", "message": "missing scope: operator.write",
            ])
        #expect(
            Scope.write.missing(in: .four).json == [
                "code": "FORBIDDEN", "message": "missing scope: operator.write",
                "details": [
                    "code": "MISSING_SCOPE", "missingScope": "operator.write",
                    "requiredScopes": ["operator.write"],
                ],
            ])
    }

    @Test(arguments: [
        (["operator.admin"], ["operator.read", "operator.whatever"], true),
        (["operator.write"], ["operator.read"], true),
        (["operator.read"], ["operator.write"], false),
        (["operator.read", "x"], ["x"], true),
        ([], [], true),
    ])
    func `scopes cover what they hold or imply`(held: [String], asked: [String], isCovered: Bool) {
        #expect(Scopes(held).cover(asked) == isCovered)
    }
}
