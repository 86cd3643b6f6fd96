import FlyingFox
import FlyingSocks
import Foundation
import Synchronization

/// Brings requests from the network to a service, and its responses back.
public struct Listener: Sendable {
    private let service: Service
    private let address: ServiceSettings.Address

    /// A listener for a service.
    public init(_ service: Service, at address: ServiceSettings.Address) {
        self.service = service
        self.address = address
    }

    /// Serves until the task is cancelled.
    ///
    /// - Parameter ready: is told the port, once requests are taken.
    /// - Throws: `ServiceError.cannotListen` where the system does not let it.
    public func run(ready: @escaping @Sendable (UInt16) -> Void = { _ in }) async throws {
        let server = try makeServer()
        let announcing = Task {
            while !Task.isCancelled {
                if let port = await server.listeningAddress?.port {
                    ready(port)
                    return
                }
                try? await Task.sleep(for: .milliseconds(20))
            }
        }
        defer { announcing.cancel() }
        do {
            try await server.run()
        } catch  where !Task.isCancelled {
            throw ServiceError.cannotListen("\(address)", reason: error.localizedDescription)
        } catch {
            // Cancelled: that is how it ends.
        }
    }

    private func makeServer() throws -> HTTPServer {
        let handler = ClosureHTTPHandler { [service] request in
            await response(of: service, to: request)
        }
        let pool = GuardedPool(HTTPServer.defaultPool())
        do {
            if address.host.contains(":") {
                return HTTPServer(
                    address: try sockaddr_in6.inet6(ip6: address.host, port: address.port), timeout: 300,
                    pool: pool, logger: .disabled, handler: handler)
            }
            let host = address.host == "localhost" ? "127.0.0.1" : address.host
            return HTTPServer(
                address: try sockaddr_in.inet(ip4: host, port: address.port), timeout: 300, pool: pool,
                logger: .disabled, handler: handler)
        } catch {
            throw ServiceError.cannotListen("\(address)", reason: "'\(address.host)' is no IP address")
        }
    }
}

/// The service's answer to a request of the network.
private func response(of service: Service, to request: HTTPRequest) async -> HTTPResponse {
    guard let body = await body(of: request) else {
        var response = HTTPResponse(
            ServiceResponse(413, error: "the body is larger than \(ServiceRequest.bodyLimit) bytes"))
        response.headers[.connection] = "close"
        return response
    }
    let headers = request.headers.map { ($0.key.rawValue, $0.value) }
    let answer = await service.respond(
        to: ServiceRequest(
            request.method.rawValue, request.target.path(), query: request.target.query(),
            headers: Dictionary(headers) { first, _ in first }, body: body))
    return HTTPResponse(answer)
}

/// The whole body; nil where it is too large, of which no more is read.
private func body(of request: HTTPRequest) async -> [UInt8]? {
    if let count = request.bodySequence.count, count > ServiceRequest.bodyLimit { return nil }
    var bytes: [UInt8] = []
    do {
        for try await part in request.bodySequence {
            guard bytes.count + part.count <= ServiceRequest.bodyLimit else { return nil }
            bytes += part
        }
    } catch {
        return []
    }
    return bytes
}

extension HTTPResponse {
    fileprivate init(_ answer: ServiceResponse) {
        var headers = HTTPHeaders()
        for (name, value) in answer.headers { headers[HTTPHeader(name)] = value }
        let status = HTTPStatusCode(answer.status, phrase: answer.phrase)
        switch answer.body {
        case .bytes(let bytes):
            self.init(
                statusCode: status, headers: headers,
                body: HTTPBodySequence(data: Data(bytes), suggestedBufferSize: 1 << 16))
        case .events(let events):
            self.init(
                statusCode: status, headers: headers, body: HTTPBodySequence(from: EventBytes(events: events))
            )
        }
    }
}

extension ServiceResponse {
    fileprivate var phrase: String {
        switch status {
        case 200: "OK"
        case 201: "Created"
        case 204: "No Content"
        case 303: "See Other"
        case 304: "Not Modified"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 409: "Conflict"
        case 413: "Content Too Large"
        case 415: "Unsupported Media Type"
        default: "Internal Server Error"
        }
    }
}

extension Socket.Address {
    fileprivate var port: UInt16? {
        switch self {
        case .ip4(_, let port), .ip6(_, let port): port
        case .unix: nil
        }
    }
}

/// Events as the bytes of a body.
private struct EventBytes: AsyncBufferedSequence {
    typealias Element = UInt8
    let events: AsyncStream<String>

    func makeAsyncIterator() -> Iterator { Iterator(events: events.makeAsyncIterator()) }

    struct Iterator: AsyncBufferedIteratorProtocol {
        var events: AsyncStream<String>.Iterator
        private var rest: ArraySlice<UInt8> = []

        init(events: AsyncStream<String>.Iterator) { self.events = events }

        mutating func next() async throws -> UInt8? { try await nextBuffer(suggested: 1)?.first }

        /// Never more than was asked for.
        mutating func nextBuffer(suggested count: Int) async throws -> ArraySlice<UInt8>? {
            if rest.isEmpty {
                guard let event = await events.next() else { return nil }
                rest = ArraySlice(event.utf8)
            }
            defer { rest = rest.dropFirst(count) }
            return rest.prefix(count)
        }
    }
}

/// Waits for sockets as another pool does, but for no more than so many at once, and for none for ever.
///
/// A connection over the limit, and one that says nothing for two minutes, is closed.
private struct GuardedPool<Pool: AsyncSocketPool>: AsyncSocketPool {
    private static var mostWaiting: Int { 1024 }
    private let pool: Pool
    private let waiting = Waiting()

    init(_ pool: Pool) { self.pool = pool }

    func prepare() async throws { try await pool.prepare() }
    func run() async throws { try await pool.run() }

    func suspendSocket(_ socket: Socket, untilReadyFor events: Socket.Events) async throws {
        // The listening socket waits for connections as long as it takes.
        guard !socket.isListening else { return try await pool.suspendSocket(socket, untilReadyFor: events) }
        guard waiting.enter(limit: Self.mostWaiting) else { throw SocketError.disconnected }
        defer { waiting.leave() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await pool.suspendSocket(socket, untilReadyFor: events) }
            group.addTask {
                try await Task.sleep(for: .seconds(120))
                throw SocketError.disconnected
            }
            try await group.next()
            group.cancelAll()
        }
    }
}

/// How many sockets wait.
private final class Waiting: Sendable {
    private let count = Mutex(0)

    func enter(limit: Int) -> Bool {
        count.withLock { count in
            guard count < limit else { return false }
            count += 1
            return true
        }
    }

    func leave() { count.withLock { $0 -= 1 } }
}

extension Socket {
    /// Whether it takes connections.
    fileprivate var isListening: Bool {
        var value: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(file.rawValue, SOL_SOCKET, SO_ACCEPTCONN, &value, &size) == 0 && value != 0
    }
}
