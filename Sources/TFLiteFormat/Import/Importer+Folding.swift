import ModelGraph

extension Importer {
    /// Works out integers that follow from shapes alone, as converters leave them before a RESHAPE; says whether it did.
    mutating func fold(_ call: OperatorCall) throws(TFLiteError) -> Bool {
        guard call.outputs.count == 1, let list = try foldedResult(call), list.count <= 64,
            list.allSatisfy({ Int32(exactly: $0) != nil })
        else { return false }
        let output = call.outputs[0]
        guard values[output] == nil, folded[output] == nil else {
            throw file.flat.damaged("\(place) writes '\(name(of: output))', which is already known")
        }
        folded[output] = list
        return true
    }

    private mutating func foldedResult(_ call: OperatorCall) throws(TFLiteError) -> [Int]? {
        if call.builtin == .shape {
            let tensor = try call.input(0)
            guard folded[tensor] == nil else { return nil }
            let input = try operand(tensor)
            return builder.shape(of: input).dimensions
        }
        guard call.inputs.contains(where: { $0 >= 0 && folded[$0] != nil }) else { return nil }
        var lists: [[Int]] = []
        for index in call.inputs {
            guard index >= 0, let list = try knownIntegers(index) else { return nil }
            lists.append(list)
        }
        switch call.builtin {
        case .stridedSlice:
            guard lists.count == 4 else { return nil }
            let range = try StridedRange(
                call, extents: [lists[0].count], begin: lists[1], end: lists[2], strides: lists[3],
                importer: self)
            return (0..<range.sizes[0]).map { lists[0][range.starts[0] + $0 * range.strides[0]] }
        case .pack, .concatenation: return lists.flatMap { $0 }
        case .gather:
            guard lists.count == 2, lists[1].allSatisfy(lists[0].indices.contains) else { return nil }
            return lists[1].map { lists[0][$0] }
        case .cast, .reshape, .squeeze, .expandDims: return lists[0]
        case .reduceProd: return product(lists[0]).map { [$0] }
        case .add: return combined(lists) { $0.addingReportingOverflow($1) }
        case .sub: return combined(lists) { $0.subtractingReportingOverflow($1) }
        case .mul: return combined(lists) { $0.multipliedReportingOverflow(by: $1) }
        default: return nil
        }
    }

    private func product(_ list: [Int]) -> Int? {
        var result = 1
        for factor in list {
            let (next, overflow) = result.multipliedReportingOverflow(by: factor)
            if overflow { return nil }
            result = next
        }
        return result
    }

    /// Element by element, a single number serving for all.
    private func combined(
        _ lists: [[Int]], _ operation: (Int, Int) -> (partialValue: Int, overflow: Bool)
    ) -> [Int]? {
        guard lists.count == 2, let a = lists.first, let b = lists.last, !a.isEmpty, !b.isEmpty else {
            return nil
        }
        let count = max(a.count, b.count)
        guard a.count == count || a.count == 1, b.count == count || b.count == 1 else { return nil }
        var result: [Int] = []
        for index in 0..<count {
            let (value, overflow) = operation(a[a.count == 1 ? 0 : index], b[b.count == 1 ? 0 : index])
            if overflow { return nil }
            result.append(value)
        }
        return result
    }
}
