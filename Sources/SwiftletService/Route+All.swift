import Bundles
import Determinism
import Quantities
import Reports
import Search
import SwiftletKit

extension Route {
    /// The whole API below `/api/v1`.
    static let all = jobs + candidates + catalog + queue + service

    private static let page: [Parameter] = [
        Parameter("cursor", .text, "The 'next' of the answer before."),
        Parameter("limit", .count(1...10_000), "How many elements at most; 1000 without it."),
    ]

    private static let fidelity = Parameter(
        "fidelity", .choice(Fidelity.allCases.map(\.rawValue)),
        "How accuracies were obtained; the best without it.")

    private static let limits: [Parameter] = [
        Parameter("max_latency_ms", .number, "In milliseconds."),
        Parameter("min_accuracy", .number, "Such as 0.9."),
        Parameter("max_model_bytes", .number, "In bytes."),
        Parameter("max_flash_bytes", .number, "In bytes."),
        Parameter("max_peak_ram_bytes", .number, "In bytes."),
        Parameter("max_energy_mj", .number, "In millijoules."),
        Parameter(
            "confidence", .number, "Hold the latency limit with this probability, from 0.5 to below 1."),
        Parameter(
            "prefer", .choice(Preference.allCases.map(\.rawValue)), "What counts among the candidates left."),
    ]

    private static let jobs = [
        Route.get("/jobs", "Every job, in the order in which they were begun.", like: [Examples.jobs]) {
            _, context in try context.withReview { try $0.jobs() }
        },
        Route(
            method: .delete, path: "/jobs/{job}",
            summary: "Deletes a job with everything that it found, and its entry in the queue.",
            result: .nothing,
            status: 204,
            work: { call, context in
                try context.delete(call.path("job"))
                return ServiceResponse(204, type: "application/json", [])
            }),
        Route(
            method: .get, path: "/jobs/{job}/review", summary: "What the review page shows of a job.",
            result: .json { [Examples.review] },
            work: { call, context in
                let review = try context.withReview { try $0.review(of: call.path("job")) }
                return ServiceResponse(json: try review.packed)
            }),
        Route.get(
            "/jobs/{job}/fronts", "The front of a job on each of its devices.", query: [fidelity],
            like: [FrontsAnswer(fronts: Examples.fronts)]
        ) { call, context in
            try context.withReview { try $0.fronts(of: call.path("job"), fidelity: call.fidelity) }
        },
        Route.get(
            "/jobs/{job}/fronts/{device}", "The front of a job on a device.",
            query: [fidelity, Parameter("all", .flag, "Every candidate, not only the feasible front.")]
                + page,
            like: Examples.fronts
        ) { call, context in
            try context.withReview {
                try $0.front(
                    of: call.path("job"), on: call.path("device"), fidelity: call.fidelity,
                    includesAll: call.flag("all"), page: call.page)
            }
        },
        Route.get(
            "/jobs/{job}/selections", "The best model for each device.", query: limits,
            like: [SelectionsAnswer(selections: Examples.selections)]
        ) { call, context in
            let request = call.selectRequest
            return try context.withReview { try $0.selections(of: call.path("job"), request) }
        },
        Route.get(
            "/jobs/{job}/selections/{device}", "The best model for a device.", query: limits,
            like: Examples.selections
        ) { call, context in
            let request = call.selectRequest
            return try context.withReview {
                try $0.selection(of: call.path("job"), for: call.path("device"), request)
            }
        },
        Route.get(
            "/jobs/{job}/history", "One element an evaluation, in proposal order.", query: page,
            like: Examples.histories
        ) { call, context in
            try context.withReview { try $0.history(of: call.path("job"), page: call.page) }
        },
        Route(
            method: .get, path: "/jobs/{job}/report",
            summary: "The report as one page that needs no other file.",
            result: .file("text/html"),
            work: { call, context in
                let page = try context.withReview { try $0.page(about: call.path("job")) }
                var response = ServiceResponse(html: page.html)
                response.headers["Content-Disposition"] = "attachment; filename=\"\(page.job.name).html\""
                return response
            }),
        Route.get(
            "/jobs/{job}/differences/{other}",
            "The fronts of two jobs, by the first one's objectives and bounds.",
            like: Examples.differences
        ) { call, context in
            try context.withReview { try $0.difference(between: call.path("job"), and: call.path("other")) }
        },
    ]

    private static let candidates = [
        Route.get(
            "/jobs/{job}/candidates/{candidate}", "One candidate on every device.",
            query: [Parameter("layers", .flag, "The cost layer by layer; finalists only.")],
            like: Examples.sheets
        ) { call, context in
            try context.withReview {
                try $0.candidate(call.path("candidate"), of: call.path("job"), hasLayers: call.flag("layers"))
            }
        },
        Route(
            method: .get, path: "/jobs/{job}/candidates/{candidate}/bundle",
            summary:
                "A finalist's deployable bundle as a ZIP archive, which 'swiftlet verify' accepts once unpacked.",
            query: [
                Parameter(
                    "format", .choice(BundleFormat.allCases.map(\.rawValue)),
                    "One format; without it all that the job's devices load.")
            ], result: .file("application/zip"),
            work: { call, context in
                let format = call.text("format").flatMap { BundleFormat(rawValue: $0) }
                let archive = try context.withReview {
                    try $0.bundleArchive(of: call.path("candidate"), job: call.path("job"), format: format)
                }
                return ServiceResponse(
                    200, type: "application/zip", archive.bytes,
                    headers: ["Content-Disposition": "attachment; filename=\"\(archive.name)\""])
            }),
    ]

    private static let catalog = [
        Route.get("/devices", "Every known device.", like: Examples.devices) { _, _ in
            try DeviceCommands.list()
        },
        Route.get(
            "/devices/{device}", "A profile and where its figures come from.", like: Examples.deviceSheets
        ) { call, _ in try DeviceCommands.show(call.plainName("device")) },
        Route.get("/spaces", "Every known search space.", like: Examples.spaces) { _, _ in
            try SpaceCommands.list()
        },
        Route.get(
            "/spaces/{space}", "What can be chosen in a space.", like: Array(Examples.spaceSheets)
        ) { call, _ in try SpaceCommands.show(call.plainName("space")) },
    ]

    private static let queue = [
        Route.get("/queue", "Every job file that was handed in.", like: [Examples.queue]) { _, context in
            try context.queue.entries()
        },
        Route(
            method: .post, path: "/queue",
            summary: "Hands a job file in, as its text or by the name of a shipped one; a worker runs it.",
            body: [
                Field(
                    "text", .text, "The job file; relative paths in it are relative to the service's folder.",
                    example: "version: 1\nname: first\ndataset: {source: digits}\ndevices: [raspberry-pi-4]\n"
                ),
                Field("job", .text, "The name of a shipped job, in place of a text.", example: nil),
                Field("priority", .count, "Larger ones run first.", example: 0),
                Field("time_limit_s", .number, "Seconds of one run.", example: 600),
            ], result: entry, status: 201,
            work: { call, context in ServiceResponse(201, json: try context.submit(call)) }),
        Route(
            method: .get, path: "/queue/{job}", summary: "One entry of the queue.", result: entry,
            work: { call, context in try answer(context.queue.entry(call.path("job"))) }),
        Route(
            method: .patch, path: "/queue/{job}",
            summary: "Changes priority, time limit or budget; a budget holds from the next run on.",
            body: [
                Field("priority", .count, "Larger ones run first.", example: 1),
                Field("time_limit_s", .number, "Seconds of one run.", example: 600),
                Field("max_evaluations", .count, "Most evaluations of the search.", example: 600),
                Field("max_time", .text, "Such as 20m, for the whole job.", example: "20m"),
            ], result: entry,
            work: { call, context in
                let change = QueueChange(
                    priority: call.bodyCount("priority"), timeLimit: call.bodyNumber("time_limit_s"),
                    maxEvaluations: call.bodyCount("max_evaluations"), maxTime: call.bodyText("max_time"))
                return try answer(context.queue.change(call.path("job"), change))
            }),
        Route(
            method: .post, path: "/queue/{job}/pause", summary: "Stops a job so that it can be resumed.",
            result: entry, work: { try answer($1.queue.pause($0.path("job"))) }),
        Route(
            method: .post, path: "/queue/{job}/resume",
            summary: "Queues a job again; it goes on where it was.",
            result: entry, work: { try answer($1.queue.resume($0.path("job"))) }),
        Route(
            method: .post, path: "/queue/{job}/cancel",
            summary: "Stops a job for good; what it found is kept.",
            result: entry, work: { try answer($1.queue.cancel($0.path("job"))) }),
        Route(
            method: .delete, path: "/queue/{job}", summary: "Forgets an entry; what its job found is kept.",
            result: .nothing, status: 204,
            work: { call, context in
                try context.queue.remove(call.path("job"))
                return ServiceResponse(204, type: "application/json", [])
            }),
    ]

    private static let service = [
        Route(
            method: .get, path: "/events",
            summary: "Server-sent events: jobs and queue, once at the beginning and whenever they change.",
            result: .events, work: { _, context in ServiceResponse(json: try context.state()) }),
        Route(
            method: .get, path: "/version", summary: "Which release this is.",
            result: .json { [["version": "1.0.0"]] },
            work: { _, _ in
                let answer: JSONValue = ["version": .text(SwiftletVersion.current)]
                return ServiceResponse(json: answer.text + "\n")
            }),
    ]

    private static let entry = Result.json {
        Examples.queue.entries.compactMap { try? JSONValue(encoding: $0) }
    }

    private static func answer(_ entry: QueueEntryAnswer) throws -> ServiceResponse {
        ServiceResponse(json: try JSONValue(encoding: entry).text + "\n")
    }
}

extension ServiceContext {
    /// Puts what a request hands in behind the others.
    fileprivate func submit(_ call: Call) throws -> String {
        let (priority, limit) = (call.bodyCount("priority") ?? 0, call.bodyNumber("time_limit_s"))
        let entry =
            switch (call.bodyText("text"), call.bodyText("job")) {
            case (let text?, nil):
                try queue.submit(
                    SubmitRequest(text: text, folder: workingFolder, priority: priority, timeLimit: limit))
            case (nil, let job?): try queue.submit(shipped: job, priority: priority, timeLimit: limit)
            case (.some, .some), (nil, nil):
                throw Complaint(400, "give either 'text', a job file, or 'job', the name of a shipped one")
            }
        return try JSONValue(encoding: entry).text + "\n"
    }

    /// Removes a job, and its entry where it has one.
    fileprivate func delete(_ job: String) throws {
        let entries = try queue.entries().entries
        let isQueued = entries.contains { $0.job == job }
        if isQueued { try queue.remove(job) }
        let isKnown = try withReview { try $0.jobs() }.jobs.contains { $0.name == job }
        if isKnown || !isQueued { _ = try SwiftletKit.delete(job: job, database: database) }
    }
}

extension Call {
    fileprivate var fidelity: Fidelity? { text("fidelity").flatMap { Fidelity(rawValue: $0) } }

    fileprivate var page: Page { Page(cursor: text("cursor"), limit: count("limit") ?? 1000) }

    fileprivate var selectRequest: SelectRequest {
        let limits: [(String, Metric)] = [
            ("max_latency_ms", .latency), ("min_accuracy", .accuracy), ("max_model_bytes", .modelSize),
            ("max_flash_bytes", .flash), ("max_peak_ram_bytes", .peakRAM), ("max_energy_mj", .energy),
        ]
        return SelectRequest(
            limits: limits.compactMap { name, metric in
                number(name).map { SelectRequest.Limit(metric, $0) }
            }, confidence: number("confidence"),
            preference: text("prefer").flatMap { Preference(rawValue: $0) } ?? .accuracy)
    }
}
