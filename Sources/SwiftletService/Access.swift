import Determinism

/// Who may ask: whoever knows the token, from a page of our own.
struct Access: Sendable {
    /// Nil where everybody who reaches the service may ask.
    private let tokenHash: String?
    private let session: String?
    private let address: ServiceSettings.Address

    /// The cookie that a login leaves.
    static let cookie = "swiftlet_session"

    init(_ settings: ServiceSettings) {
        address = settings.address
        tokenHash = settings.token.map { SHA256.hex("swiftlet token " + $0) }
        session = settings.token.map { SHA256.hex("swiftlet session " + $0) }
    }

    /// Whether a request knows the token.
    func admits(_ request: ServiceRequest) -> Bool {
        guard let session else { return true }
        if let given = request.headers["authorization"] {
            let parts = given.split(separator: " ", maxSplits: 1)
            return parts.count == 2 && parts[0].lowercased() == "bearer" && isToken(String(parts[1]))
        }
        return request.cookie(Access.cookie).map {
            SHA256.hex($0).isEqualInConstantTime(to: SHA256.hex(session))
        }
            ?? false
    }

    /// Whether a text is the token.
    func isToken(_ text: String) -> Bool {
        tokenHash?.isEqualInConstantTime(to: SHA256.hex("swiftlet token " + text)) ?? false
    }

    /// What a login leaves in the browser; nil without a token.
    ///
    /// - Parameter isSecure: whether a proxy says that the browser came by HTTPS.
    func sessionCookie(path: String, isSecure: Bool) -> String? {
        session.map {
            "\(Access.cookie)=\($0); Path=\(path); HttpOnly; SameSite=Strict; Max-Age=2592000"
                + (isSecure ? "; Secure" : "")
        }
    }

    /// Why a request looks as if another page had sent it; nil where it does not.
    func complaint(about request: ServiceRequest) -> String? {
        let host = request.headers["host"] ?? ""
        // A page of another name that points to this computer (DNS rebinding) brings that name along.
        if tokenHash == nil, !isOurs(host) {
            return "'\(host)' is not this service's name; ask for \(address)"
        }
        guard !request.isSafe else { return nil }
        if let site = request.headers["sec-fetch-site"], site != "same-origin", site != "none" {
            return "changes are accepted from this service's own page only, not from another site"
        }
        if let origin = request.headers["origin"], origin.afterScheme != host {
            return "changes are accepted from this service's own page only, not from '\(origin)'"
        }
        return nil
    }

    private func isOurs(_ host: String) -> Bool {
        var name = host.lowercased()
        if let colon = name.lastIndex(of: ":"), !name.hasSuffix("]") { name = String(name[..<colon]) }
        return ["localhost", "[::1]", address.host.lowercased()].contains(name) || name.isLoopbackNumber
    }
}

extension String {
    /// Whether two texts are equal, in a time that depends on their lengths only.
    func isEqualInConstantTime(to other: String) -> Bool {
        let (a, b) = (Array(utf8), Array(other.utf8))
        guard a.count == b.count else { return false }
        return zip(a, b).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    /// The part behind `http://` or `https://`.
    fileprivate var afterScheme: String {
        guard let range = firstRange(of: "://") else { return self }
        return String(self[range.upperBound...])
    }

    /// Whether it is an IPv4 address of this computer, such as 127.0.0.1.
    fileprivate var isLoopbackNumber: Bool {
        let parts = split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}
