import Core
import Gateway
import Wire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `SSL_CERT_FILE`, `SSL_CERT_DIR` and `NODE_EXTRA_CA_CERTS`: whose certificates outgoing HTTPS trusts.
///
/// The first two stand in for the system's file and folder, as in OpenSSL; the third adds to what is trusted otherwise,
/// as in Node.js.
struct CertificateVariables {
    let trust: TrustedCertificates
    /// Variables that lead nowhere and so are not followed, one sentence each.
    let mistakes: [String]

    /// The system's own bundles are about 220 kB.
    private static let mostBytes = 8 << 20

    /// Where systems keep the file of all certificates.
    private static let systemFiles = [
        "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem",
        "/etc/ssl/cert.pem",
    ]

    /// With further certificates, all are written into one file of the state directory: libcurl takes no second one.
    init(environment: Environment, stateDirectory: String, systemFiles: [String] = Self.systemFiles) {
        var trust = TrustedCertificates()
        var mistakes: [String] = []
        if let path = environment["SSL_CERT_FILE"] {
            if Self.read(path) != nil {
                trust.file = path
            } else {
                mistakes.append(Self.unreadable("SSL_CERT_FILE", path))
            }
        }
        if let path = environment["SSL_CERT_DIR"] {
            let isThere = path.split(separator: ":").contains { access(String($0), R_OK | X_OK) == 0 }
            if isThere { trust.folder = path } else { mistakes.append(Self.unreadable("SSL_CERT_DIR", path)) }
        }
        if let path = environment["NODE_EXTRA_CA_CERTS"] {
            if let further = Self.read(path) {
                let usual = Self.first(of: [trust.file].compactMap { $0 } + systemFiles)
                let joined = stateDirectory + "/trusted-certificates.pem"
                do throws(FileError) {
                    try Self.keep(usual + [0x0A] + further, in: joined)
                    trust.file = joined
                } catch {
                    mistakes.append("NODE_EXTRA_CA_CERTS is not followed: \(error)")
                }
            } else {
                mistakes.append(Self.unreadable("NODE_EXTRA_CA_CERTS", path))
            }
        }
        self.trust = trust
        self.mistakes = mistakes
    }

    /// The file's bytes; nil when it cannot be read or holds no certificate.
    private static func read(_ path: String) -> [UInt8]? {
        // Why it cannot be read makes no difference: the variable is named in the log then.
        guard let bytes = try? PrivateFile.read(path, limit: mostBytes) else { return nil }
        return bytes.firstRange(of: Array("-----BEGIN ".utf8)) == nil ? nil : bytes
    }

    /// The bytes of the first that can be read; none of them may be there.
    private static func first(of paths: [String]) -> [UInt8] {
        for path in paths {
            if let bytes = read(path) { return bytes }
        }
        return []
    }

    /// What is there already is not written again: a volume may be full, or allow no writing.
    private static func keep(_ bytes: [UInt8], in path: String) throws(FileError) {
        guard read(path) != bytes else { return }
        try PrivateFile.write(bytes, to: path)
    }

    private static func unreadable(_ name: String, _ path: String) -> String {
        "\(name) is not followed: `\(path)` cannot be read or holds no certificates"
    }
}

extension CertificateVariables {
    @MainActor
    init(_ setup: LocalSetup) {
        self.init(environment: setup.environment, stateDirectory: setup.state)
    }
}

extension WebClient {
    /// A client for the world outside, with the proxies of the environment.
    @MainActor
    convenience init(_ setup: LocalSetup, _ certificates: CertificateVariables) {
        self.init(
            userAgent: "openclaw/\(Version.text)", trust: certificates.trust,
            proxies: ProxyVariables(setup.environment.variables))
    }
}
