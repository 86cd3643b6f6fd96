/// Where and how the service runs.
public struct ServiceSettings: Sendable {
    /// A host and a port.
    public struct Address: Hashable, Sendable, CustomStringConvertible {
        /// An IPv4 or IPv6 address, or `localhost`.
        public let host: String
        /// 0 for any that is free.
        public let port: UInt16

        /// Reads `HOST:PORT`, with the host of an IPv6 address between brackets.
        public init(_ text: String) throws {
            guard let colon = text.lastIndex(of: ":"),
                let port = UInt16(text[text.index(after: colon)...])
            else { throw ServiceError.noAddress(text) }
            var host = String(text[..<colon])
            if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
            guard !host.isEmpty, host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
                throw ServiceError.noAddress(text)
            }
            self.host = host
            self.port = port
        }

        /// Whether only this computer reaches it.
        public var isLoopback: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }

        /// `HOST:PORT`.
        public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
    }

    /// What is listened on.
    public var address: Address
    /// The database; made where there is none.
    public var database: String
    /// What a request has to know; nil on loopback only.
    public var token: String?
    /// How many jobs run at once; 0 for none.
    public var workers: Int
    /// What a reverse proxy puts before every path, such as `/swiftlet`; empty for nothing.
    public var basePath: String

    /// Settings that are checked against one another.
    public init(
        address: Address, database: String, token: String? = nil, workers: Int = 1, basePath: String = ""
    ) throws {
        guard address.isLoopback || token != nil else { throw ServiceError.tokenNeeded(address.description) }
        if let token, token.utf8.count < 16 { throw ServiceError.shortToken }
        guard (0...64).contains(workers) else { throw ServiceError.workers(workers) }
        var path = basePath
        while path.hasSuffix("/") { path.removeLast() }
        guard path.isEmpty || path.hasPrefix("/"), path.utf8.allSatisfy(Self.isPlain) else {
            throw ServiceError.basePath(basePath)
        }
        self.address = address
        self.database = database
        self.token = token
        self.workers = workers
        self.basePath = path
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "/"):
            true
        default: false
        }
    }
}

/// What can be wrong with the settings of the service.
public enum ServiceError: Error, Hashable, CustomStringConvertible {
    case noAddress(String)
    case tokenNeeded(String)
    case shortToken
    case workers(Int)
    case basePath(String)
    /// The system does not let it listen there.
    case cannotListen(String, reason: String)

    /// One sentence that says what to change.
    public var description: String {
        switch self {
        case .noAddress(let text): "'\(text)' is no address such as 127.0.0.1:8470 or [::1]:8470"
        case .tokenNeeded(let address):
            "\(address) can be reached from other computers; name a file with a token by --token-file"
        case .shortToken: "the token must have at least 16 characters; 'openssl rand -hex 32' makes one"
        case .workers(let count): "workers must lie between 0 and 64, got \(count)"
        case .basePath(let path): "'\(path)' is no path such as /swiftlet"
        case .cannotListen(let address, let reason): "\(address): cannot be listened on: \(reason)"
        }
    }
}
