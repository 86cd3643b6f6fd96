import Candidates
import Foundation
import Training

/// What a run has done so far, in files of one folder.
struct Records {
    private let folder: String

    init(folder: String) throws {
        self.folder = folder
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    /// The state of a super-network's training; nil where there is none.
    func state() throws -> SuperState? {
        guard let bytes = FileManager.default.contents(atPath: "\(folder)/super-network.state") else {
            return nil
        }
        return try SuperState(decoding: Array(bytes))
    }

    func keep(_ state: SuperState) throws {
        let place = URL(fileURLWithPath: "\(folder)/super-network.state")
        try Data(state.encoded()).write(to: place, options: .atomic)
    }

    /// A number that was worked out before, else the number worked out now and kept.
    func value(_ name: String, _ make: () throws -> Double) throws -> Double {
        let path = "\(folder)/values.txt"
        let text =
            FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: " ")
            if parts.count == 2, parts[0] == name, let value = Double(parts[1]) { return value }
        }
        let value = try make()
        try Data((text + "\(name) \(value)\n").utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        return value
    }
}

/// The shared weights of a finished training, which goes on from the last state that was kept.
func trainedWeights(of network: SuperNetwork, in records: Records) throws -> SharedWeights {
    let known = try records.state()
    if let known, let weights = try network.weights(after: known) { return weights }
    let trainer = try network.trainer(threads: 2)
    if let known { try trainer.resume(from: known) }
    let begin = ContinuousClock.now
    var mean = 0.0
    while !trainer.isFinished {
        let losses = try trainer.takeStep()
        mean += losses.reduce(0, +) / Double(losses.count)
        guard trainer.checkpoint.step == trainer.step else { continue }
        try records.keep(trainer.checkpoint)
        let seconds = ((ContinuousClock.now - begin) / .seconds(1)).rounded()
        print("step \(trainer.step) of \(trainer.steps), \(seconds) s, mean loss since the last line", mean)
        mean = 0
    }
    return trainer.weights
}
