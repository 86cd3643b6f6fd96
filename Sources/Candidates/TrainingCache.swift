import Synchronization

/// Trainings that several candidates share: the same network from the same weights is trained once.
///
/// A training is a pure function of its key, so what is forgotten or lost with the process is made again, bit for bit.
final class TrainingCache<Trained: Sendable>: Sendable {
    private final class Entry: Sendable {
        let network = Mutex<Trained?>(nil)
    }

    private struct Entries {
        var byKey: [String: Entry] = [:]
        /// The oldest first.
        var order: [String] = []
    }

    private let entries = Mutex(Entries())
    private let capacity: Int

    init(capacity: Int = 64) { self.capacity = capacity }

    /// The network of a key where it is known; nil where it is not.
    func known(_ key: String) -> Trained? {
        entries.withLock { $0.byKey[key] }.flatMap { entry in entry.network.withLock { $0 } }
    }

    /// The network of a key, trained by the first who asks; others who ask meanwhile wait for it.
    func network(_ key: String, train: () throws -> Trained) throws -> Trained {
        let entry = entries.withLock { entries in
            if let known = entries.byKey[key] { return known }
            let entry = Entry()
            entries.byKey[key] = entry
            entries.order.append(key)
            if entries.order.count > capacity { entries.byKey[entries.order.removeFirst()] = nil }
            return entry
        }
        return try entry.network.withLock { network in
            if let network { return network }
            let trained = try train()
            network = trained
            return trained
        }
    }
}
