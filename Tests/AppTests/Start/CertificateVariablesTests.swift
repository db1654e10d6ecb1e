import Core
import Foundation
import Testing
import Wire

@testable import App

struct CertificateVariablesTests {
    private let folder: String

    init() throws {
        folder = NSTemporaryDirectory() + "certificates-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for name in ["system", "own", "further"] {
            try write("-----BEGIN CERTIFICATE-----\n\(name)\n", to: name)
        }
    }

    private func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/" + name))
    }

    private func found(_ variables: [String: String]) -> CertificateVariables {
        let paths = variables.mapValues { folder + "/" + $0 }
        return CertificateVariables(
            environment: Environment(paths), stateDirectory: folder + "/state",
            systemFiles: [folder + "/nowhere", folder + "/system"])
    }

    private func names(in path: String?) throws -> [String] {
        try String(contentsOfFile: path ?? "", encoding: .utf8).split(separator: "\n").map(String.init)
            .filter { !$0.hasPrefix("-") }
    }

    @Test func `without a variable the system decides`() {
        #expect(found([:]).trust == .init())
        #expect(found([:]).mistakes == [])
    }

    @Test func `a file and a folder stand in for the system's`() {
        let found = found(["SSL_CERT_FILE": "own", "SSL_CERT_DIR": "."])

        #expect(found.trust == .init(file: folder + "/own", folder: folder + "/."))
        #expect(found.mistakes == [])
    }

    @Test func `further certificates are added to the usual ones`() throws {
        #expect(try names(in: found(["NODE_EXTRA_CA_CERTS": "further"]).trust.file) == ["system", "further"])
        let both = found(["NODE_EXTRA_CA_CERTS": "further", "SSL_CERT_FILE": "own"])
        #expect(try names(in: both.trust.file) == ["own", "further"])
    }

    @Test func `what they are together is written once`() throws {
        let file = try #require(found(["NODE_EXTRA_CA_CERTS": "further"]).trust.file)
        // A file that is written anew is another one.
        let number = { try FileManager.default.attributesOfItem(atPath: file)[.systemFileNumber] as? Int }
        let first = try number()
        #expect(found(["NODE_EXTRA_CA_CERTS": "further"]).trust.file == file)
        #expect(try number() == first)
        try write("-----BEGIN CERTIFICATE-----\nnewer\n", to: "further")
        #expect(try names(in: found(["NODE_EXTRA_CA_CERTS": "further"]).trust.file) == ["system", "newer"])
    }

    @Test(arguments: ["SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS"])
    func `a variable that leads nowhere is named and not followed`(name: String) throws {
        try write("no certificate", to: "notes")
        let found = found([name: name == "SSL_CERT_DIR" ? "missing" : "notes"])

        #expect(found.trust == .init())
        #expect(found.mistakes.count == 1 && found.mistakes.first?.hasPrefix(name) == true)
    }
}
