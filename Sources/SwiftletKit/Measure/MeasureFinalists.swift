import Foundation
public import Reports

/// Times a device's finalists with a command and stores the times, as `emitFinalists` and `ingestMeasurements` do by hand.
///
/// - Parameter folder: where models and table are written; where a table is there already, it is completed.
public func measureFinalists(
    of job: String, on device: String, by request: RunnerRequest, in folder: String, replacing: Bool = false,
    database: String, progress: @escaping (JobProgress) -> Void = { _ in }
) throws -> IngestedAnswer {
    _ = try request.runner()
    let table = "\(folder)/measurements.csv"
    if replacing || !FileManager.default.fileExists(atPath: table) {
        _ = try Review(database: database).emitFinalists(
            of: job, on: device, to: folder, repeats: request.repeats, replacing: replacing)
    }
    var session = try MeasuringSession(table, request, progress: progress)
    try session.run()
    return try ingestMeasurements(table, job: job, device: device, database: database)
}
