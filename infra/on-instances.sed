# Makes the functions that buyers wait for run on Lambda Managed Instances: what `sed -E -f infra/on-instances.sed`
# leaves of template.yaml is deployed where a stage says `HttpCompute: instances` (infra/README.md, on instances).
#
# A condition in the template could not: SAM wants to see the capacity provider as it is, and no network beside it.

/^Parameters:$/a\
  CapacityProviderArn:\
    Type: String\
    Description: Whose instances the functions that buyers wait for run on; it has their network, too.\
  CallsPerEnvironment:\
    Type: Number\
    Default: 16\
    MinValue: 2\
    MaxValue: 1600\
    Description: Calls that one environment on instances takes at once.\
  InstanceEnvironments:\
    Type: Number\
    Default: 6\
    MinValue: 3\
    Description: Environments that each function on instances may have; three are there at any time, one a zone.

/^  (Reserve|EnqueuePayment|Payments)Function:$/,/^      Policies:$/{
  /^    Properties:$/i\
    IgnoreGlobals: [VpcConfig]
  # Concurrency cannot be reserved there; the number of environments bounds it instead. 2 GiB are the least there is.
  /^      ReservedConcurrentExecutions: !Ref HttpConcurrency$/c\
      CapacityProviderConfig: { Arn: !Ref CapacityProviderArn, PerExecutionEnvironmentMaxConcurrency: !Ref CallsPerEnvironment, ExecutionEnvironmentMemoryGiBPerVCpu: 2 }\
      FunctionScalingConfig: { MinExecutionEnvironments: 3, MaxExecutionEnvironments: !Ref InstanceEnvironments }\
      MemorySize: 2048
}
