import Archives
import Candidates
package import ExperimentStore
import Training

/// The super-network of a job in its folder: the state after the last checkpoint, or the end, of its training.
struct SuperNetworkFile {
    private static let name = "super-network.state"
    private let folder: String
    var path: String { "\(folder)/\(SuperNetworkFile.name)" }

    init(of job: JobStore) { folder = job.folder }

    /// Nil where its training has not reached a checkpoint yet.
    func read() throws -> SuperState? {
        guard let bytes = try InputFile.bytes(of: SuperNetworkFile.name, below: folder) else { return nil }
        do {
            return try SuperState(decoding: bytes)
        } catch {
            throw JobError("\(path): \(error); remove it to train the super-network again")
        }
    }

    func write(_ state: SuperState) throws {
        do {
            try DurableFile.write(state.encoded(), to: path)
        } catch {
            throw JobError("\(path): cannot be written: \(error)")
        }
    }
}

extension ResolvedJob {
    /// The job's super-network on its data; nil where candidates are trained from scratch.
    func superNetwork(_ training: TrainingWork) -> SuperNetwork? {
        superEpochs.map {
            SuperNetwork(
                space: space, data: training.data, epochs: $0, settings: searchSettings, seed: seed)
        }
    }

    /// The work with the shared weights, or the place of inherited networks, that the job's training left in its folder.
    package func withKeptWeights(_ work: JobWork, of store: JobStore) throws -> JobWork {
        guard case .training(var training) = work else { return work }
        training.networks = InheritedNetworkFolder(of: store)
        guard let network = superNetwork(training) else { return .training(training) }
        guard let state = try SuperNetworkFile(of: store).read(),
            let weights = try network.weights(after: state)
        else {
            throw JobError(
                "job '\(name)': its super-network is not trained yet; run 'swiftlet search' on the job again")
        }
        training.sharedWeights = weights
        return .training(training)
    }
}

extension JobRun {
    /// The job's work, with a place for inherited networks, and with the shared weights of its super-network, which is trained
    /// first where that is not done yet.
    ///
    /// Killed at any instant and run again, the training goes on from its last checkpoint and ends in the same bits.
    ///
    /// - Throws: `SuperNetworkCutShort` where the time is over before.
    func withKeptWeights(_ clock: TimeKeeper) throws -> JobWork {
        guard case .training(var training) = work else { return work }
        training.networks = InheritedNetworkFolder(of: store)
        guard let network = job.superNetwork(training) else { return .training(training) }
        let file = SuperNetworkFile(of: store)
        let known = try file.read()
        if let known, let weights = try network.weights(after: known) {
            training.sharedWeights = weights
            return .training(training)
        }
        let trainer = try network.trainer(threads: width)
        if let known {
            do { try trainer.resume(from: known) } catch {
                throw JobError("\(file.path): \(error); remove it to train the super-network again")
            }
        }
        try train(trainer, keeping: file, clock)
        training.sharedWeights = trainer.weights
        return .training(training)
    }

    private func train(_ trainer: SuperTrainer, keeping file: SuperNetworkFile, _ clock: TimeKeeper) throws {
        let (begun, first) = (elapsed, trainer.step)
        while !trainer.isFinished {
            try Task.checkCancellation()
            if let end = clock.end, ContinuousClock.now > end {
                throw SuperNetworkCutShort(step: trainer.step, steps: trainer.steps)
            }
            try trainer.takeStep()
            if trainer.checkpoint.step == trainer.step { try file.write(trainer.checkpoint) }
            let taken = trainer.step - first
            let left =
                taken > 0 ? (elapsed - begun) / Double(taken) * Double(trainer.steps - trainer.step) : nil
            progress(.sharing(step: trainer.step, of: trainer.steps, secondsLeft: left))
        }
    }
}

/// The time of the job ended while its super-network was trained.
struct SuperNetworkCutShort: Error, CustomStringConvertible {
    let step, steps: Int

    var description: String {
        "search.max_time is over at step \(step) of \(steps) of the super-network; a larger one and the same command go on from its "
            + "last checkpoint"
    }
}
