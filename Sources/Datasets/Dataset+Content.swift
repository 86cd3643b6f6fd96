import Determinism
import Dispatch
import Synchronization

extension Dataset {
    /// SHA-256 over every sample and everything that is predicted from them, in order: equal for equal content, whatever file
    /// it came from.
    ///
    /// Runs of samples are hashed on all cores, then their digests.
    public func contentHash() -> String {
        let length = max(1, (1 << 18) / max(sampleSize, 1))
        let runs = (count + length - 1) / length
        let digests = Mutex([String](repeating: "", count: runs))
        DispatchQueue.concurrentPerform(iterations: runs) { run in
            let digest = hash(of: run * length..<min(count, (run + 1) * length))
            digests.withLock { $0[run] = digest }
        }
        return Identity.record([
            .init("version", .integer(1)), .init("shape", .list(sampleShape.map(Identity.integer))),
            .init("samples", .list(digests.withLock { $0 }.map(Identity.text))),
            .init("target", target.identity),
            .init("groups", .text(groups.isEmpty ? "none" : SHA256.digest(of: groups))),
            .init("background", .number(Double(background))),
        ]).hash
    }

    private func hash(of samples: Range<Int>) -> String {
        var hash = SHA256()
        if case .bytes(let bytes) = storage {
            hash.update(
                bytes.span.extracting(samples.lowerBound * sampleSize..<samples.upperBound * sampleSize).bytes
            )
            return hash.finish()
        }
        var sample = [Float](repeating: 0, count: sampleSize)
        for index in samples {
            var values = sample.mutableSpan
            copySample(index, to: &values)
            hash.update(sample.span.bytes)
        }
        return hash.finish()
    }
}

extension Dataset.Target {
    fileprivate var identity: Identity {
        switch self {
        case .classes(let labels, let names):
            ["classes": .list(names.map(Identity.text)), "labels": .text(SHA256.digest(of: labels))]
        case .values(let values): ["values": .text(SHA256.digest(of: values))]
        case .anomalies(let flags): ["anomalies": .text(SHA256.digest(of: flags.map { $0 ? Int32(1) : 0 }))]
        }
    }
}

extension SHA256 {
    /// The digest of numbers as they lie in memory.
    fileprivate static func digest<Number: BitwiseCopyable>(of numbers: [Number]) -> String {
        var hash = SHA256()
        hash.update(numbers.span.bytes)
        return hash.finish()
    }
}
