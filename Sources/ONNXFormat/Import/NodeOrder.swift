/// Puts the nodes of a file into an order in which each finds its inputs ready.
enum NodeOrder {
    /// The nodes in file order where that works (as the format demands), else the first order that does.
    ///
    /// Kahn's algorithm with an explicit list, so that a chain of any length is fine.
    ///
    /// - Parameter isReady: Whether something outside these nodes provides a name.
    static func sorted(_ nodes: [ProtoNode], isReady: (String) -> Bool) throws(ONNXProblem) -> [Call] {
        let calls = nodes.enumerated().map { Call($1, index: $0) }
        let producers = try self.producers(of: calls, isReady: isReady)
        var missing = [Int](repeating: 0, count: calls.count)
        var readers = [[Int]](repeating: [], count: calls.count)
        for (index, call) in calls.enumerated() {
            for name in call.captured {
                guard let producer = producers[name], producer != index else { continue }
                readers[producer].append(index)
                missing[index] += 1
            }
            for name in call.inputs where !name.isEmpty && !isReady(name) {
                guard let producer = producers[name] else {
                    throw call.fault(
                        "reads '\(name.shortened)', which neither a node, an input nor an initializer provides"
                    )
                }
                readers[producer].append(index)
                missing[index] += 1
            }
        }
        let isInOrder = readers.enumerated().allSatisfy { producer, readers in
            readers.allSatisfy { $0 > producer }
        }
        if isInOrder { return calls }
        var order = calls.indices.filter { missing[$0] == 0 }
        var next = 0
        while next < order.count {
            for reader in readers[order[next]] {
                missing[reader] -= 1
                if missing[reader] == 0 { order.append(reader) }
            }
            next += 1
        }
        guard order.count == calls.count else {
            let stuck = calls.indices.first { missing[$0] > 0 } ?? 0
            throw calls[stuck].fault("waits for its own result: the nodes form a cycle")
        }
        return order.map { calls[$0] }
    }

    private static func producers(of calls: [Call], isReady: (String) -> Bool) throws(ONNXProblem)
        -> [String: Int]
    {
        var producers: [String: Int] = [:]
        for (index, call) in calls.enumerated() {
            for name in call.outputs where !name.isEmpty {
                guard producers.updateValue(index, forKey: name) == nil, !isReady(name) else {
                    throw call.fault("writes '\(name.shortened)', which something else provides already")
                }
            }
        }
        return producers
    }
}
