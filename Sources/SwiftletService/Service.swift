import Foundation
import Quantities
public import SwiftletKit

/// Answers requests about one database: the API, the review page, and who may see them.
public struct Service: Sendable {
    private let settings: ServiceSettings
    private let access: Access
    private let context: ServiceContext
    private let offload = Offload(width: 4)
    private let routes = Route.all

    /// Opens the database, or makes it.
    public init(_ settings: ServiceSettings) throws {
        self.settings = settings
        access = Access(settings)
        context = try ServiceContext(database: settings.database)
    }

    /// The queue that workers take their jobs from.
    public var queue: JobQueue { context.queue }

    /// The answer to a request, whatever is asked; a failure of ours is told as status 500.
    public func respond(to request: ServiceRequest) async -> ServiceResponse {
        var response: ServiceResponse
        do {
            response = try await answer(request)
        } catch {
            response = complaint(error)
        }
        for (name, value) in Self.headers where response.headers[name] == nil {
            response.headers[name] = value
        }
        if request.method == "HEAD" {
            response.headers["Content-Length"] = "\(response.bytes.count)"
            response.body = .bytes([])
        }
        return response
    }

    /// What every response says to the browser.
    private static let headers = [
        "Content-Security-Policy":
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
            + "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
        "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-cache",
        "Cross-Origin-Resource-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin",
    ]

    private func answer(_ request: ServiceRequest) async throws -> ServiceResponse {
        guard request.path == settings.basePath || request.path.hasPrefix(settings.basePath + "/") else {
            throw Complaint(404, "there is nothing at this path; it begins with \(settings.basePath)/")
        }
        if let complaint = access.complaint(about: request) { throw Complaint(403, complaint) }
        let path = String(request.path.dropFirst(settings.basePath.count))
        if path.isEmpty { return ServiceResponse(redirectTo: settings.basePath + "/") }
        if let page = try await page(path, request) { return page }
        let isAPI = path.hasPrefix("/api/")
        guard access.admits(request) else {
            if !isAPI, request.isSafe { return ServiceResponse(redirectTo: settings.basePath + "/login") }
            var response = ServiceResponse(
                401, error: "this service needs its token: Authorization: Bearer TOKEN")
            response.headers["WWW-Authenticate"] = "Bearer"
            return response
        }
        if path == "/", request.isSafe { return ServiceResponse(html: PageFiles.index) }
        guard isAPI else { throw Complaint(404, "there is nothing at this path; the API begins at /api/v1") }
        return try await api(path, request)
    }

    // MARK: Pages that need no token

    private func page(_ path: String, _ request: ServiceRequest) async throws -> ServiceResponse? {
        if path.hasPrefix("/page/"), request.isSafe {
            guard let file = PageFiles.file(String(path.dropFirst("/page/".count))) else {
                throw Complaint(404, "there is no such file")
            }
            return conditional(file, tag: PageFiles.tag, request)
        }
        guard path == "/login" else { return nil }
        switch request.method {
        case "GET", "HEAD": return ServiceResponse(html: PageFiles.login(isWrong: false))
        case "POST": return try await login(request)
        default: throw Complaint(405, "a login is a GET or a POST")
        }
    }

    private func login(_ request: ServiceRequest) async throws -> ServiceResponse {
        guard request.contentType == "application/x-www-form-urlencoded",
            let text = String(validating: request.body, as: UTF8.self), text.hasPrefix("token=")
        else { throw Complaint(400, "a login is a form with the field 'token'") }
        let token = String(text.dropFirst("token=".count).prefix { $0 != "&" }).formDecoded ?? ""
        let isSecure = request.headers["x-forwarded-proto"] == "https"
        guard access.isToken(token.trimmed),
            let cookie = access.sessionCookie(path: settings.basePath + "/", isSecure: isSecure)
        else {
            // Guessing is slow; others are served meanwhile.
            try await Task.sleep(for: .milliseconds(500))
            return ServiceResponse(403, html: PageFiles.login(isWrong: true))
        }
        var response = ServiceResponse(redirectTo: settings.basePath + "/")
        response.headers["Set-Cookie"] = cookie
        return response
    }

    // MARK: The API

    private func api(_ path: String, _ request: ServiceRequest) async throws -> ServiceResponse {
        guard path.hasPrefix("/api/v1/") else { throw Complaint(404, "the API begins at /api/v1") }
        let parts = try path.dropFirst("/api/v1/".count)
            .split(separator: "/", omittingEmptySubsequences: false).map { part in
                guard let text = String(part).removingPercentEncoding, !text.isEmpty else {
                    throw Complaint(404, "there is nothing at this path")
                }
                return text
            }
        if parts == ["openapi.json"], request.isSafe {
            return ServiceResponse(json: OpenAPI(routes, basePath: settings.basePath).text)
        }
        let matching = routes.compactMap { route in route.match(parts).map { (route: route, values: $0) } }
        guard !matching.isEmpty else {
            throw Complaint(404, "there is nothing at this path; /api/v1/openapi.json lists what is")
        }
        let method = request.method == "HEAD" ? "GET" : request.method
        guard let found = matching.first(where: { $0.route.method.rawValue == method }) else {
            let known = Set(matching.map(\.route.method.rawValue)).sorted().joined(separator: ", ")
            var response = ServiceResponse(405, error: "this path is asked by \(known)")
            response.headers["Allow"] = known
            return response
        }
        let call = try Call(found.route, request, path: found.values)
        return try await answer(call)
    }

    private func answer(_ call: Call) async throws -> ServiceResponse {
        if case .events = call.route.result { return events() }
        guard call.route.method == .get else { return try await change(call) }
        let context = context
        let question = call.request.path + "?" + call.request.query
        let response = try await offload.run {
            try context.answers.answer(to: question, at: context.stamp()) {
                try call.route.work(call, context)
            }
        }
        guard let tag = response.headers["ETag"], isKnown(tag, call.request) else { return response }
        return notModified(tag)
    }

    private func change(_ call: Call) async throws -> ServiceResponse {
        let context = context
        let response = try await offload.run { try call.route.work(call, context) }
        context.changed()
        return response
    }

    private func conditional(
        _ response: ServiceResponse, tag: String, _ request: ServiceRequest
    ) -> ServiceResponse {
        guard !isKnown(tag, request) else { return notModified(tag) }
        var response = response
        response.headers["ETag"] = tag
        return response
    }

    private func isKnown(_ tag: String, _ request: ServiceRequest) -> Bool {
        guard let known = request.headers["if-none-match"] else { return false }
        return known.split(separator: ",").contains { $0.trimmingPrefix { $0 == " " } == tag || $0 == "*" }
    }

    private func notModified(_ tag: String) -> ServiceResponse {
        ServiceResponse(304, type: "application/json", [], headers: ["ETag": tag])
    }

    private func events() -> ServiceResponse {
        let (context, offload) = (context, offload)
        let stream = AsyncStream<String>(bufferingPolicy: .bufferingNewest(4)) { continuation in
            let task = Task {
                var told = "", silence = 0
                while !Task.isCancelled {
                    silence += 1
                    if let state = try? await offload.run({ try context.state() }), state != told {
                        (told, silence) = (state, 0)
                        continuation.yield("event: state\ndata: \(state)\n\n")
                    } else if silence % 30 == 0 {
                        continuation.yield(": nothing new\n\n")
                    }
                    try? await Task.sleep(for: .milliseconds(500))
                }
                continuation.finish()
            }
            continuation.onTermination = { _ in task.cancel() }
        }
        var response = ServiceResponse(
            200, type: "text/event-stream", [], headers: ["X-Accel-Buffering": "no"])
        response.body = .events(stream)
        return response
    }

    // MARK: Complaints

    private func complaint(_ error: any Error) -> ServiceResponse {
        if let complaint = error as? Complaint {
            return ServiceResponse(complaint.status, error: complaint.sentence)
        }
        let status =
            switch ErrorCause(of: error) {
            case .unknown: 404
            case .conflict: 409
            case .invalid: 400
            case .failure: 500
            }
        return ServiceResponse(status, error: error.words.printable)
    }
}
