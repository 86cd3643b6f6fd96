import ArgumentParser
import Reports
import SwiftletKit

struct SearchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search",
        abstract: "Runs a job, or resumes it where it stopped; several one after another.")

    @Argument(help: "The job file, or several.")
    var jobs: [String]

    @Flag(help: "Print the resolved plan and the expected times; do nothing.")
    var dryRun = false

    @Option(help: "A folder that replaces the data set's path.")
    var data: String?

    @Option(help: "Replaces the seed of the job file.")
    var seed: Int?

    @Option(help: "How many candidates are worked on at once (default: all cores).")
    var threads: Int?

    @Flag(help: "No progress, only warnings.")
    var quiet = false

    @Flag(help: "The job is an entry of the queue of 'swiftlet serve', whose file lies there.")
    var queued = false

    @OptionGroup var database: DatabaseOption
    @OptionGroup var output: FormatOption

    func validate() throws {
        guard !queued || data == nil && seed == nil else {
            throw ValidationError("--queued takes data and seed from the queue; leave --data and --seed out.")
        }
    }

    func run() async throws {
        let requests = jobs.map {
            SearchRequest(
                job: $0, data: data, seed: seed, threads: threads, database: database.db, isQueued: queued)
        }
        if dryRun {
            for request in requests { try Terminal.print(try plan(of: request), as: output.format) }
        } else if let request = requests.first, requests.count == 1 {
            try await run(request)
        } else {
            try await run(all: requests)
        }
    }

    private func run(_ request: SearchRequest) async throws {
        let progress = ProgressLine(isQuiet: quiet, secondsBetweenLines: queued ? 1 : 10)
        let answer = try await Interruption.cancelling {
            try await search(request) { progress.show($0) }
        }
        progress.end()
        try Terminal.print(answer, as: output.format)
        if !answer.isFeasible { throw ExitStatus.infeasible }
    }

    /// The status is that of the job that went worst.
    private func run(all requests: [SearchRequest]) async throws {
        let progress = ProgressLine(isQuiet: quiet)
        let answer = try await Interruption.cancelling {
            try await search(
                all: requests,
                begins: { index in
                    progress.show(
                        JobProgress(
                            phase: "batch",
                            text: "job \(index + 1) of \(requests.count): \(requests[index].job)"))
                }, progress: { progress.show($0) })
        }
        progress.end()
        try Terminal.print(answer, as: output.format)
        if let status = ExitStatus(of: answer) { throw status }
    }
}

extension ExitStatus {
    /// What the worst of several jobs ended with; nil where all are done.
    fileprivate init?(of batch: SearchBatchAnswer) {
        let outcomes = Set(batch.jobs.map(\.outcome))
        if outcomes.contains(.failed) {
            self = .failed
        } else if outcomes.contains(.invalid) {
            self = .invalidInput
        } else if outcomes.contains(.infeasible) {
            self = .infeasible
        } else {
            return nil
        }
    }
}

struct FinishCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "finish", abstract: "Trains one candidate of a job to the end.")

    @Argument(help: "The name of the job.")
    var job: String

    @Argument(help: "The candidate's id, or enough of its beginning.")
    var candidate: String

    @Option(help: "A folder that replaces the data set's path.")
    var data: String?

    @Option(help: "Threads (default: all cores).")
    var threads: Int?

    @Flag(help: "No progress, only warnings.")
    var quiet = false

    @OptionGroup var database: DatabaseOption
    @OptionGroup var output: FormatOption

    func run() async throws {
        let request = FinishRequest(
            job: job, candidate: candidate, data: data, threads: threads, database: database.db)
        let progress = ProgressLine(isQuiet: quiet)
        let answer = try await Interruption.cancelling {
            try await finish(request) { progress.show($0) }
        }
        progress.end()
        try Terminal.print(answer, as: output.format)
    }
}
