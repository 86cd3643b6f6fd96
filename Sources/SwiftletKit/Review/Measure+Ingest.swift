import Candidates
import Datasets
import Devices
import ExperimentStore
import Foundation
import Jobs
import Quantities
public import Reports
import Search

/// The unit of the times in a table of measurements.
public enum TimeUnit: String, CaseIterable, Sendable {
    case milliseconds = "ms"
    case microseconds = "us"
    case seconds = "s"

    /// Milliseconds in one of it.
    var milliseconds: Double {
        switch self {
        case .milliseconds: 1
        case .microseconds: 0.001
        case .seconds: 1000
        }
    }
}

/// Stores what finalists took on a device, and answers with what predictions were worth there.
///
/// Nothing is stored where a row is wrong. What a candidate took replaces what was handed in for it before.
/// - Parameter file: CSV with `candidate`, `latency_ms` and perhaps `energy_mj`.
public func ingestMeasurements(
    _ file: String, unit: TimeUnit = .milliseconds, job name: String, device: String, database: String
) throws -> IngestedAnswer {
    let place = try MeasuredPlace(ExperimentStore(reading: database).job(named: name), device)
    let measured = try place.measurements(in: file, unit: unit)
    try ExperimentStore(writing: database).job(named: name).keep(measured.map(\.measurement))
    return IngestedAnswer(
        job: name, device: place.device, source: file, measured: measured.map { MeasuredFinalistAnswer($0) })
}

extension MeasuredPlace {
    /// What a file says of finalists, checked whole.
    fileprivate func measurements(in file: String, unit: TimeUnit) throws -> [MeasuredFinalist] {
        let rows = try rows(of: file, unit: unit)
        let groups = try Measurement.repeats(rows, file: file)
        guard !groups.isEmpty else {
            throw KitError.refused(
                "\(file): no row has a latency_ms yet; fill them in, then hand the file in again")
        }
        return try groups.map { try measured($0, file: file) }
    }

    /// The rows, each naming its candidate by its whole id.
    private func rows(of file: String, unit: TimeUnit) throws -> [Devices.Measurement] {
        let table = try CSVTable(contentsOf: file)
        return try zip(table.texts("candidate"), table.costs(unit: unit)).map { candidate, cost in
            let place = "\(file):\(cost.line)"
            guard cost.milliseconds != nil || cost.millijoules == nil else {
                throw KitError.refused("\(place): energy_mj stands without a latency_ms")
            }
            return Devices.Measurement(
                line: cost.line, model: try id(of: candidate, at: place),
                latencyMilliseconds: cost.milliseconds, energyMillijoules: cost.millijoules)
        }
    }

    private func id(of candidate: String, at place: String) throws -> String {
        do {
            let found = try job.evaluations(ofCandidate: candidate)
            guard let final = found.first, final.fidelity == .final, final.quality != nil else {
                throw KitError.refused(
                    "candidate '\(candidate.prefix(12))' was not trained to the end, so it has no model to be timed"
                )
            }
            return final.candidate
        } catch {
            throw KitError.refused("\(place): \(error)")
        }
    }

    private func measured(_ repeats: [Devices.Measurement], file: String) throws -> MeasuredFinalist {
        let candidate = repeats[0].model
        guard let final = try job.evaluations(ofCandidate: candidate).first,
            let score = final.score(on: device)
        else {
            throw KitError.refused(
                "\(file):\(repeats[0].line): '\(candidate.prefix(12))' has no score on \(device)")
        }
        let predicted = price(try ModelFile(job: job, candidate: candidate).read(), on: profile)
        if let reason = predicted.reason, predicted.latencyMilliseconds == nil {
            throw CalibrationError.refused(
                file: file, line: repeats[0].line, model: String(candidate.prefix(12)), reason: reason)
        }
        try requireUnits(repeats, predicted, file)
        let cost = MeasuredCost(
            latencies: repeats.compactMap(\.latencyMilliseconds),
            energies: repeats.compactMap(\.energyMillijoules))
        let (status, reason) = constraints.judgement(of: final, score.replacing(by: cost))
        return MeasuredFinalist(
            measurement: DeviceMeasurement(
                device: device, candidate: candidate, cost: cost,
                source: URL(filePath: file).lastPathComponent, status: status, reason: reason),
            predicted: predicted)
    }

    /// Refuses numbers that only make sense in another unit, naming the row.
    private func requireUnits(_ repeats: [Devices.Measurement], _ predicted: Price, _ file: String) throws {
        for row in repeats {
            for (column, value, expected, hint) in [
                (
                    "latency_ms", row.latencyMilliseconds, predicted.latencyMilliseconds,
                    "; say what unit the times are in: ms, us or s"
                ), ("energy_mj", row.energyMillijoules, predicted.energyMillijoules, ""),
            ] {
                guard let value, let expected, expected > 0 else { continue }
                let ratio = value / expected
                guard ratio > 150 || ratio < 1 / 150.0 else { continue }
                throw KitError.refused(
                    "\(file):\(row.line): \(column) is \(value) where about \(Human.number(expected)) is "
                        + "expected, too far off to be in that unit\(hint)")
            }
        }
    }
}

/// A finalist's measurement beside what its profile predicts.
private struct MeasuredFinalist {
    let measurement: DeviceMeasurement
    let predicted: Price
}

extension MeasuredFinalistAnswer {
    fileprivate init(_ finalist: MeasuredFinalist) {
        let (cost, predicted) = (finalist.measurement.cost, finalist.predicted)
        self.init(
            candidate: finalist.measurement.candidate, latency: cost.latency, latencyP10: cost.latencyP10,
            latencyP90: cost.latencyP90, energy: cost.energy, repeats: cost.repeats,
            predictedLatency: predicted.latencyMilliseconds,
            predictedLatencyP10: predicted.latencyMillisecondsP10,
            predictedLatencyP90: predicted.latencyMillisecondsP90, status: finalist.measurement.status,
            reason: finalist.measurement.reason)
    }
}

extension JobStore {
    /// Judges a device's measurements anew, such as after its other costs have changed.
    func judgeMeasurements(on device: String, by constraints: [Constraint]) throws {
        let finals = try evaluations().filter { $0.fidelity == .final }
        try keep(
            measurements(on: device).map { measurement in
                guard let final = finals.first(where: { $0.candidate == measurement.candidate }),
                    let score = final.score(on: device)
                else { return measurement }
                let (status, reason) = constraints.judgement(of: final, score)
                return DeviceMeasurement(
                    device: device, candidate: measurement.candidate, cost: measurement.cost,
                    source: measurement.source, status: status, reason: reason)
            })
    }
}

extension [Constraint] {
    /// Whether a finalist keeps the limits with these costs, and which it breaks.
    fileprivate func judgement(of final: Evaluation, _ score: Score) -> (Status, reason: String?) {
        var possible = score
        (possible.status, possible.reason) = (.ok, nil)
        let judged = judgedAnew(possible, of: final)
        return judged.status == .constraint ? (.constraint, judged.reason) : (.ok, nil)
    }
}
