import Devices

/// Where a job's devices want int8 weights with one scale a tensor.
enum ScaleNeed: Hashable {
    case nowhere, somewhere, everywhere

    /// What a job's file says of precision counts before what its devices want.
    init(_ file: JobFile, on profiles: [DeviceProfile]) {
        let wanting = profiles.count { $0.support.channelScales != .native }
        if wanting == 0 || file.compression.options(of: "precision") != nil {
            self = .nowhere
        } else {
            self = wanting == profiles.count ? .everywhere : .somewhere
        }
    }
}
