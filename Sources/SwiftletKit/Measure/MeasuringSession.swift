import Foundation
import Jobs
import Quantities
import Runners

/// Fills a table in by running a command once a model and repeat; every time is kept as soon as it is known.
struct MeasuringSession {
    private let runner: Runner
    private let repeats: Int
    private let progress: (JobProgress) -> Void
    private(set) var table: MeasuringTable
    private var failed: Set<String> = []
    /// Runs that failed since the last one that did not.
    private var failuresInARow = 0

    /// Throws where another command or device began the table.
    ///
    /// - Parameter completing: whether every model gets the request's repeats, or only those that are timed again.
    init(
        _ path: String, _ request: RunnerRequest, completing: Bool = true,
        progress: @escaping (JobProgress) -> Void
    ) throws {
        runner = try request.runner()
        repeats = request.repeats
        self.progress = progress
        table = try MeasuringTable(path, repeats: completing ? request.repeats : 1)
        try table.require(runner)
    }

    /// Times whatever has no time yet, all models before any is repeated.
    ///
    /// Throws where the runner fails for every model, where it ran on two machines, or where the device became slower or
    /// faster meanwhile.
    mutating func run() throws {
        for repetition in 1...repeats {
            for row in table.open(repetition: repetition) where !failed.contains(table.rows[row].model) {
                try time(row, repetition)
            }
        }
        if let failure = table.failures.first, table.timedModels == 0 {
            throw refusal("\(failure.model): \(failure.remark)")
        }
        if let drift = Drift(table.runs), drift.isSuspicious { throw driftRefusal(drift) }
    }

    /// Times these models a second time, as far as they have no second times yet.
    ///
    /// Throws where the runner fails for every model or where it ran on another machine than before.
    mutating func timeAgain(_ models: [String]) throws {
        table.open(again: models, repeats: repeats)
        for repetition in 1...repeats {
            for row in table.open(repetition: repetition, again: true)
            where !failed.contains(table.rows[row].model) {
                try time(row, repetition)
            }
        }
    }

    private mutating func time(_ row: Int, _ repetition: Int) throws {
        let model = table.rows[row].model
        do {
            let reading = try runner.time(try path(of: model))
            try table.requireMachine(reading)
            try table.keep(reading, of: row, by: runner)
            failuresInARow = 0
            progress(
                JobProgress(
                    phase: "measure",
                    text: "\(model)\(table.rows[row].isAgain ? " again" : ""), \(repetition) of \(repeats): "
                        + "\(Human.number(reading.milliseconds)) ms"))
        } catch let error as RunnerError {
            try table.remark("\(error)", of: row)
            failed.insert(model)
            failuresInARow += 1
            progress(JobProgress(phase: "warning", text: "\(model): \(error)"))
            if error.concernsEveryModel || failuresInARow >= MeasuringSession.mostFailures {
                throw refusal("\(model): \(error)")
            }
        }
    }

    private func path(of model: String) throws -> String {
        let path = model.hasPrefix("/") ? model : "\(JobFile.folder(of: table.path))/\(model)"
        guard FileManager.default.fileExists(atPath: path) else {
            throw KitError.refused("\(table.path): there is no model '\(path)'")
        }
        return path
    }

    private func refusal(_ sentence: String) -> KitError {
        let kept =
            table.timedModels == 0
            ? ""
            : "; times of \(table.timedModels) models are kept in \(table.path), and the same command goes on"
        return KitError.refused(sentence + kept)
    }

    private func driftRefusal(_ drift: Drift) -> KitError {
        let change = Human.percent(abs(drift.change))
        return KitError.refused(
            "\(table.path): the last runs took \(change) \(drift.change > 0 ? "longer" : "less") than the first "
                + "ones of the same models (heat, another clock, or another program); the times are kept: steady "
                + "the device, then measure anew with --force")
    }

    /// A device that is gone fails for every model; one that cannot load a model fails for that one.
    private static let mostFailures = 3
}
