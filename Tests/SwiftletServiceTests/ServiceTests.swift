import Determinism
import Foundation
import Reports
import SwiftletKit
import SwiftletService
import Testing

/// A service on a database of its own, asked without a network.
struct TestService {
    let folder: String
    let service: Service

    /// - Parameter runs: whether a small job was run in the database before.
    init(token: String? = nil, address: String = "127.0.0.1:8470", basePath: String = "") throws {
        let url = FileManager.default.temporaryDirectory.appending(
            path: "swiftlet-service-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        folder = url.path(percentEncoded: false)
        service = try Service(
            ServiceSettings(
                address: ServiceSettings.Address(address), database: "\(folder)/db.sqlite", token: token,
                basePath: basePath))
    }

    var database: String { "\(folder)/db.sqlite" }

    func end() { try? FileManager.default.removeItem(atPath: folder) }

    func ask(
        _ method: String, _ path: String, query: String = "", headers: [String: String] = [:],
        body: String = ""
    ) async -> ServiceResponse {
        var all = ["Host": "127.0.0.1:8470"]
        if method != "GET", method != "HEAD" { all["Content-Type"] = "application/json" }
        return await service.respond(
            to: ServiceRequest(
                method, path, query: query, headers: all.merging(headers) { $1 }, body: Array(body.utf8)))
    }

    func json(_ path: String, query: String = "") async throws -> JSONValue {
        let response = await ask("GET", path, query: query)
        #expect(response.status == 200, "\(path): \(String(decoding: response.bytes, as: UTF8.self))")
        return try JSONDecoder().decode(JSONValue.self, from: Data(response.bytes))
    }

    static let job = """
        version: 1
        name: small
        dataset: {source: digits, validation: 0.2, test: 0.2, split_seed: 7}
        space: tiny-image
        compression: {precision: [float32, int8], pruning: [none], recipe: [plain]}
        devices: [raspberry-pi-4, stm32h743]
        objectives: [accuracy, latency_ms, model_bytes]
        training: {epochs: 1, batch: 64}
        search: {strategy: nsga2, max_evaluations: 6, batch: 6, seed: 3}
        finalists: {per_device: 1, epochs: 1}
        """

    /// Runs the small job to its end.
    func runJob() async throws {
        let path = "\(folder)/job.yaml"
        try Self.job.write(toFile: path, atomically: true, encoding: .utf8)
        _ = try await search(SearchRequest(job: path, threads: 2, database: database))
    }
}

extension JSONValue {
    subscript(key: String) -> JSONValue? { if case .object(let object) = self { object[key] } else { nil } }
    var items: [JSONValue] { if case .list(let items) = self { items } else { [] } }
    var string: String? { if case .text(let text) = self { text } else { nil } }
}

@Suite("Service: who may ask")
struct AccessTests {
    private static let token = "0123456789abcdef-token"

    @Test("An address that others reach needs a token, and a token has sixteen characters")
    func settings() throws {
        let open = try ServiceSettings.Address("0.0.0.0:80")
        #expect(throws: ServiceError.tokenNeeded("0.0.0.0:80")) {
            try ServiceSettings(address: open, database: "x")
        }
        #expect(throws: ServiceError.shortToken) {
            try ServiceSettings(address: open, database: "x", token: "short")
        }
        #expect(throws: ServiceError.noAddress("8470")) { try ServiceSettings.Address("8470") }
        #expect(try ServiceSettings.Address("[::1]:8470").isLoopback)
    }

    @Test(
        "Without the token nothing of the API answers; with it, or with the cookie of a login, it does",
        arguments: [nil, "Bearer wrong", "Bearer ", "Basic \(token)", "Bearer \(token)x", token])
    func refused(authorization: String?) async throws {
        let test = try TestService(token: Self.token)
        defer { test.end() }
        let headers = authorization.map { ["Authorization": $0] } ?? [:]
        for path in ["/api/v1/jobs", "/api/v1/openapi.json", "/api/v1/events", "/api/v1/nothing"] {
            #expect(await test.ask("GET", path, headers: headers).status == 401)
        }
        #expect(
            await test.ask("GET", "/api/v1/jobs", headers: ["Authorization": "Bearer \(Self.token)"]).status
                == 200)
        let login = await test.ask(
            "POST", "/login", headers: ["Content-Type": "application/x-www-form-urlencoded"],
            body: "token=\(Self.token)")
        let cookie = try #require(login.headers["Set-Cookie"])
        #expect(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"))
        #expect(!cookie.contains(Self.token))
        let pair = String(cookie.prefix { $0 != ";" })
        #expect(await test.ask("GET", "/api/v1/jobs", headers: ["Cookie": "a=b; \(pair)"]).status == 200)
        #expect(await test.ask("GET", "/api/v1/jobs", headers: ["Cookie": pair + "0"]).status == 401)
        #expect(await test.ask("GET", "/").status == 303)
    }

    @Test("Changes from other sites, forms and other names of the host are refused")
    func otherSites() async throws {
        let test = try TestService()
        defer { test.end() }
        let refused = [
            ["Origin": "http://evil.example"], ["Sec-Fetch-Site": "cross-site"], ["Host": "evil.example"],
            ["Origin": "null"],
        ]
        for headers in refused {
            #expect(await test.ask("POST", "/api/v1/queue", headers: headers, body: "{}").status == 403)
        }
        let form = ["Content-Type": "application/x-www-form-urlencoded"]
        #expect(await test.ask("POST", "/api/v1/queue", headers: form, body: "a=b").status == 415)
        #expect(await test.ask("GET", "/api/v1/jobs", headers: ["Host": "evil.example"]).status == 403)
        #expect(await test.ask("GET", "/api/v1/jobs", headers: ["Host": "localhost:8470"]).status == 200)
        let own = ["Origin": "http://127.0.0.1:8470", "Sec-Fetch-Site": "same-origin"]
        #expect(await test.ask("POST", "/api/v1/queue", headers: own, body: "{}").status == 400)
    }

    @Test("Every response forbids scripts of others; the page has none inline")
    func contentSecurity() async throws {
        let test = try TestService()
        defer { test.end() }
        let page = await test.ask("GET", "/")
        #expect(page.status == 200)
        #expect(page.headers["Content-Security-Policy"]?.contains("script-src 'self'") == true)
        let html = String(decoding: page.bytes, as: UTF8.self)
        #expect(!html.contains("<script>") && !html.contains("style=") && !html.contains("onclick"))
        for file in ReviewPage.files where file.name != "index.html" {
            let response = await test.ask("GET", "/page/\(file.name)")
            #expect(response.status == 200 && !response.bytes.isEmpty)
            let tag = try #require(response.headers["ETag"])
            #expect(
                await test.ask("GET", "/page/\(file.name)", headers: ["If-None-Match": tag]).status == 304)
        }
    }

    @Test("Behind a base path only what begins with it is served")
    func basePath() async throws {
        let test = try TestService(basePath: "/tools/swiftlet/")
        defer { test.end() }
        #expect(await test.ask("GET", "/tools/swiftlet/api/v1/jobs").status == 200)
        #expect(await test.ask("GET", "/tools/swiftlet").headers["Location"] == "/tools/swiftlet/")
        #expect(await test.ask("GET", "/api/v1/jobs").status == 404)
        #expect(await test.ask("GET", "/tools/swiftletx/api/v1/jobs").status == 404)
    }
}

@Suite("Service: the API")
struct ServiceAPITests {
    @Test("Answers are those of SwiftletKit, conform to the OpenAPI document, and are known by their ETag")
    func answers() async throws {
        let test = try TestService()
        defer { test.end() }
        try await test.runJob()
        let review = try Review(database: test.database)
        let front = try review.front(of: "small", on: "stm32h743")
        let response = await test.ask("GET", "/api/v1/jobs/small/fronts/stm32h743")
        #expect(String(decoding: response.bytes, as: UTF8.self) == (try front.json))

        let document = try await test.json("/api/v1/openapi.json")
        let candidate = try #require(front.candidates.first { $0.isFinalist }?.id)
        for (path, methods) in try #require(document["paths"]).entries {
            guard let operation = methods["get"], let schema = operation.answerSchema else { continue }
            let asked = path.replacing("{job}", with: "small").replacing("{device}", with: "stm32h743")
                .replacing("{candidate}", with: candidate).replacing("{space}", with: "tiny-image")
                .replacing("{other}", with: "small")
            guard !path.hasPrefix("/queue/") else { continue }
            let answer = try await test.json("/api/v1" + asked)
            #expect(schema.complaints(about: answer) == [], "\(path)")
        }

        let tag = try #require(await test.ask("GET", "/api/v1/jobs").headers["ETag"])
        let again = await test.ask("GET", "/api/v1/jobs", headers: ["If-None-Match": "\"x\", \(tag)"])
        #expect(again.status == 304 && again.bytes.isEmpty)
        _ = try copy(job: "small", to: "second", database: test.database)
        // An answer may be up to three seconds old.
        var status = 304
        for _ in 0..<50 where status == 304 {
            try await Task.sleep(for: .milliseconds(100))
            status = await test.ask("GET", "/api/v1/jobs", headers: ["If-None-Match": tag]).status
        }
        #expect(status == 200)
        // The front is what it was, whatever else the database has now.
        let front304 = await test.ask(
            "GET", "/api/v1/jobs/small/fronts/stm32h743",
            headers: ["If-None-Match": try #require(response.headers["ETag"])])
        #expect(front304.status == 304)
    }

    @Test("A finalist's sheet tells how it was trained, and the page has the sheets of recommended models")
    func training() async throws {
        let test = try TestService()
        defer { test.end() }
        try await test.runJob()
        let review = try Review(database: test.database)
        let page = try review.review(of: "small")
        let recommended = Set(page.devices.compactMap(\.recommended))
        #expect(Set(page.sheets.map(\.id)) == recommended && !recommended.isEmpty)
        for sheet in page.sheets {
            let training = try #require(sheet.training)
            #expect(training.first?.stage == "before compression")
            #expect(training.allSatisfy { $0.losses.count == $0.accuracies.count && !$0.losses.isEmpty })
            #expect(training.flatMap(\.losses).allSatisfy { $0 > 0 && $0.isFinite })
            #expect(training == (try review.candidate(sheet.id, of: "small").training))
            #expect(sheet.layers?.isEmpty == false && sheet.tested != nil)
        }
        let seconds = page.devices.flatMap { $0.trace.map { $0[2] } }
        #expect(seconds.allSatisfy { $0 >= 0 })
    }

    @Test("A bundle downloaded is one that verify accepts")
    func bundle() async throws {
        let test = try TestService()
        defer { test.end() }
        try await test.runJob()
        let front = try Review(database: test.database).front(of: "small", on: "stm32h743")
        let id = try #require(front.candidates.first { $0.isFinalist }?.id.prefix(12))
        let response = await test.ask("GET", "/api/v1/jobs/small/candidates/\(id)/bundle")
        #expect(response.headers["Content-Type"] == "application/zip")
        let archive = "\(test.folder)/bundle.zip"
        try Data(response.bytes).write(to: URL(filePath: archive))
        let unpacking = Process()
        unpacking.executableURL = URL(filePath: "/usr/bin/env")
        unpacking.arguments = ["python3", "-m", "zipfile", "-e", archive, test.folder]
        try unpacking.run()
        unpacking.waitUntilExit()
        let verified = try ModelCommands.verify("\(test.folder)/small-\(id.prefix(8))")
        #expect(verified.isGood)
        let unfinished = try Review(database: test.database).front(
            of: "small", on: "stm32h743", includesAll: true)
        #expect(unfinished.candidates.count > 0)
    }

    @Test(
        "What makes no sense is refused with a sentence and never with a status of 500",
        arguments: [
            ("GET", "/api/v1/jobs/none/fronts", "", 404), ("GET", "/api/v1/jobs/%00/fronts", "", 404),
            ("GET", "/api/v1/jobs/%ff/fronts", "", 404), ("GET", "/api/v1//jobs", "", 404),
            ("GET", "/api/v1/jobs/..%2f..%2fetc/review", "", 404), ("GET", "/api/v1/jobs", "x=1", 400),
            ("GET", "/api/v1/devices/%2Fetc%2Fpasswd", "", 404), ("GET", "/api/v1/devices/a.yaml", "", 404),
            ("GET", "/api/v1/spaces/..%2Fjobs%2Fmnist", "", 404), ("GET", "/page/..%2f", "", 404),
            ("GET", "/api/v2/jobs", "", 404), ("PUT", "/api/v1/jobs", "", 405),
            ("TRACE", "/api/v1/jobs", "", 405),
            ("POST", "/api/v1/queue/none/pause", "", 404), ("DELETE", "/api/v1/jobs/none", "", 404),
            ("GET", "/api/v1/jobs/none/fronts/x", "limit=0", 400),
            ("GET", "/api/v1/jobs/none/selections", "max_latency_ms=nan", 400),
            ("GET", "/api/v1/jobs/none/selections", "prefer=best", 400),
            ("GET", "/api/v1/jobs/none/selections", "confidence=0.9&confidence=0.8", 400),
        ])
    func refusals(method: String, path: String, query: String, status: Int) async throws {
        let test = try TestService()
        defer { test.end() }
        let response = await test.ask(method, path, query: query)
        #expect(response.status == status)
        let answer = try JSONDecoder().decode(JSONValue.self, from: Data(response.bytes))
        #expect(answer["error"]?.string?.isEmpty == false)
    }

    @Test(
        "A body that is no submission is refused with a sentence",
        arguments: [
            "", "{", "[]", "{\"text\": 1}", "{\"x\": 1}", "{\"text\": \"a: [\"}",
            "{\"job\": \"../../etc/passwd\"}",
            "{\"job\": \"a\", \"text\": \"b\"}", "{\"text\": \"version: 1\"}", "{\"job\": \"/etc/x.yaml\"}",
            "{\"job\": \"digits-quickstart\", \"priority\": 100000}",
            "{\"job\": \"digits-quickstart\", \"time_limit_s\": -1}",
            String(repeating: "[", count: 10_000),
        ])
    func badBodies(body: String) async throws {
        let test = try TestService()
        defer { test.end() }
        let response = await test.ask("POST", "/api/v1/queue", body: body)
        #expect(response.status == 400)
        #expect(String(decoding: response.bytes, as: UTF8.self).contains("error"))
    }

    @Test("HEAD answers as GET does, without the body")
    func head() async throws {
        let test = try TestService()
        defer { test.end() }
        let (get, head) = (await test.ask("GET", "/api/v1/jobs"), await test.ask("HEAD", "/api/v1/jobs"))
        #expect(head.status == 200 && head.bytes.isEmpty)
        #expect(head.headers["Content-Length"] == "\(get.bytes.count)")
    }
}

extension JSONValue {
    /// Keys and values of an object.
    fileprivate var entries: [(String, JSONValue)] {
        if case .object(let object) = self { object.entries.map { ($0.key, $0.value) } } else { [] }
    }

    /// The schema of a good answer in JSON.
    fileprivate var answerSchema: JSONValue? {
        self["responses"]?["200"]?["content"]?["application/json"]?["schema"]
    }

    /// What of a value is not as this schema says.
    fileprivate func complaints(about value: JSONValue, at path: String = "$") -> [String] {
        let names = self["type"].map { $0.string.map { [$0] } ?? $0.items.compactMap(\.string) } ?? []
        guard names.contains(where: value.isOfType) else { return ["\(path): \(value) is not of \(names)"] }
        switch value {
        case .object(let object):
            let missing = (self["required"]?.items ?? []).compactMap(\.string).filter { object[$0] == nil }
            return missing.map { "\(path): \($0) is missing" }
                + object.entries.flatMap { entry in
                    self["properties"]?[entry.key]?.complaints(about: entry.value, at: "\(path).\(entry.key)")
                        ?? []
                }
        case .list(let items):
            return items.flatMap { self["items"]?.complaints(about: $0, at: path + "[]") ?? [] }
        case .null, .flag, .integer, .number, .text: return []
        }
    }

    private func isOfType(_ name: String) -> Bool {
        switch self {
        case .null: name == "null"
        case .flag: name == "boolean"
        case .integer: name == "integer" || name == "number"
        case .number: name == "number"
        case .text: name == "string"
        case .list: name == "array"
        case .object: name == "object"
        }
    }
}
