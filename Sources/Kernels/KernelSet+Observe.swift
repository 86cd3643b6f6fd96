import CKernels

extension KernelSet {
    /// Tables that `countBins` counts in, for most numbers fall into few bins.
    public static let binTables = Int(SK_BIN_TABLES)

    /// Takes down numbers by their place in rows of `sums.count`: the least, the most and the sum of each place.
    ///
    /// Every set gives the same bits. Of not-a-number only the sum tells.
    public func takeRange(
        of numbers: Span<Float>, least: inout [Float], most: inout [Float], sums: inout [Double]
    ) {
        let period = sums.count
        precondition(
            period > 0 && least.count == period && most.count == period, "takeRange: sizes differ")
        // SAFETY: the kernel writes `period` places of each and reads `count` numbers.
        numbers.withUnsafeBufferPointer { numbers in
            guard let base = numbers.baseAddress else { return }
            least.withUnsafeMutableBufferPointer { least in
                most.withUnsafeMutableBufferPointer { most in
                    sums.withUnsafeMutableBufferPointer { sums in
                        guard let least = least.baseAddress, let most = most.baseAddress,
                            let sums = sums.baseAddress
                        else { return }
                        table.pointee.take_range(base, Int64(numbers.count), Int32(period), least, most, sums)
                    }
                }
            }
        }
    }

    /// Counts finite numbers in equal bins, the first from `low` on, `perUnit` of them a unit; what lies outside goes to the
    /// first or last one.
    ///
    /// - Parameter counts: `binTables` tables one after another, whose sums are the counts.
    public func countBins(of numbers: Span<Float>, low: Float, perUnit: Float, into counts: inout [UInt32]) {
        let bins = counts.count / KernelSet.binTables
        precondition(bins > 0 && counts.count == bins * KernelSet.binTables, "countBins: uneven tables")
        // SAFETY: bins are clamped to the tables.
        numbers.withUnsafeBufferPointer { numbers in
            counts.withUnsafeMutableBufferPointer { counts in
                guard let base = numbers.baseAddress, let counts = counts.baseAddress else { return }
                table.pointee.count_bins(base, Int64(numbers.count), low, perUnit, Int32(bins), counts)
            }
        }
    }
}
